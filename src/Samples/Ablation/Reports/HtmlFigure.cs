using Ablation.Reports.Charts;

namespace Ablation.Reports;

/// <summary>Pictures that belong together, with what there is to say of them.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Caption">How they are to be read.</param>
/// <param name="Groups">Pictures side by side, each group with a legend of its own.</param>
/// <param name="IsDense">Whether the pictures are small ones, of which many stand side by side.</param>
internal sealed record HtmlFigure(string Title, string Caption, IReadOnlyList<PictureGroup> Groups, bool IsDense = false);

/// <summary>Pictures with one legend.</summary>
/// <param name="Name">What they have in common; empty for nothing to say.</param>
/// <param name="Legend">Lines and what they are; empty for none.</param>
/// <param name="Pictures">SVG.</param>
internal sealed record PictureGroup(string Name, IReadOnlyList<(string Name, LineStyle Style)> Legend, IReadOnlyList<string> Pictures);
