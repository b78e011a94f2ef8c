#!/usr/bin/env python3
"""Makes the sentence-pair files of the SupportQuestions sample from its questions.

    python3 build/references/make_support_pairs.py            # writes train.tsv and test.tsv
    python3 build/references/make_support_pairs.py --check    # only compares with the files there

Reads   src/Samples/SupportQuestions/questions.tsv  (domain, intent, question)
Writes  train.tsv and test.tsv beside it            (question1, question2, is_duplicate)
and prints counts and how well word overlap alone tells the label.

Needs nothing but Python 3's standard library. The seed is fixed below, every collection that is
walked is a list in file order or sorted, and ties are broken by file order, so the output is the
same on every machine.

Questions.  Written for the project by the AI assistant that worked on it, one by one. Of the nine
            questions of an intent the first six are in ordinary words, the way most customers would
            put it; the three after them are further off.
Split.      In every domain 4 of the 20 intents are held out for the test part: two runs of two
            neighbours in the file. Neighbours are siblings (the file keeps confusable intents
            together), so the test part has hard negatives too. No intent is in both parts.
Positives.  Both questions are of one intent and at least one of them is in ordinary words. The six
            ordinary ones are laid out on a circle in random order; each is paired with its two
            neighbours, with the one opposite and with one of the three that are further off. That
            makes 15 pairs: an ordinary question is in four of them, one of the others in two.
Negatives.  As many as positives, and every question in as many as it has positive pairs, so that a
            question by itself says nothing about the label. About 35 % are of siblings, 25 % of
            other intents of the same domain, 40 % of two domains. The word overlap of siblings does not
            give the label away: each of their pairs has a positive one as its model, and is the one with
            the nearest overlap among those that are free. The others are drawn at random.
"""

import argparse
import io
import math
import random
import re
import sys
from collections import Counter, OrderedDict
from pathlib import Path

SEED = 20240917
ORDINARY = 6                # questions of an intent in ordinary words: the first ones in the file
FURTHER_OFF = 3             # the questions after them
SIBLING_SHARE = 0.35        # of the negatives: intents that are neighbours in the file
DOMAIN_SHARE = 0.25         # of the negatives: other intents of one domain; the rest is of two domains
SIBLINGS = 2                # intents at most this far apart in the file count as siblings
STARTS = 4                  # questions tried as the first of a negative pair
SAMPLE = 40                 # questions of other domains tried as the second one
FOLDER = Path(__file__).resolve().parents[2] / "src" / "Samples" / "SupportQuestions"

# Intents of two domains that could be taken for one another: never paired at random.
ALIKE = {frozenset(p) for p in [
    ("charged_after_cancelling", "charged_twice"),
    ("someone_elses_parcel", "wrong_item_sent"),
    ("part_of_order_missing", "wrong_item_sent"),
    ("extend_trial", "extend_trial_software"),
    ("student_discount", "student_licence"),
    ("next_renewal_date", "renew_licence"),
    ("add_family_member", "share_access"),
    ("remove_family_member", "revoke_access"),
    ("add_family_member", "add_seats"),
    ("move_to_new_phone", "lost_two_factor_phone"),
    ("moving_out", "move_service"),
    ("moving_in", "move_service"),
    ("price_increase", "premium_increase"),
    ("price_increase", "bill_too_high"),
    ("premium_increase", "bill_too_high"),
    ("bill_too_high", "invoice_higher_than_quote"),
    ("use_abroad", "roaming_activate"),
    ("card_lost", "lost_sim"),
    ("pay_in_instalments", "payment_difficulty"),
    ("extend_due_date", "payment_difficulty"),
    ("refund_less_than_paid", "deductible_meaning"),
    ("replace_card_on_file", "new_card_not_arrived"),
    ("invoice_not_received", "confirmation_not_received"),
    ("missed_appointment_fee", "late_fee_waiver"),
    ("device_offline", "no_connection"),
    ("device_offline", "weak_wifi_room"),
    ("new_router_reconnect", "change_wifi_password"),
    ("camera_no_picture", "video_not_connecting"),
    ("mobile_data_usage", "data_used_up"),
    ("delete_account", "cancel_membership"),
    ("deactivate_temporarily", "pause_membership"),
    ("gift_code_invalid", "key_invalid"),
    ("cancel_appointment", "reschedule_technician"),
    ("reschedule_appointment", "reschedule_technician"),
    ("upgrade_plan", "switch_tariff"),
    ("downgrade_plan", "switch_tariff"),
    ("water_damage", "water_leak_street"),
    ("battery_drain", "battery_drains_fast"),
    ("schedule_lights", "switch_tariff"),
    ("lock_wont_open", "locked_after_attempts"),
    ("moving_in", "moved_house"),
    ("moving_out", "moved_house"),
    ("move_service", "moved_house"),
    ("bill_too_high", "roaming_bill"),
]}


def words(text):
    """Lower-cased words: runs of letters and digits, apostrophes dropped."""
    return re.findall(r"[^\W_]+", text.lower().replace("'", ""))


def read_questions(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[0] != "domain\tintent\tquestion":
        sys.exit(f"{path}: unexpected header")
    return [tuple(line.split("\t")) for line in lines[1:] if line]


def split_intents(rows, rng):
    """The held-out intents: per domain two runs of two neighbours that do not touch."""
    by_domain = OrderedDict()
    for domain, intent, _ in rows:
        names = by_domain.setdefault(domain, [])
        if intent not in names:
            names.append(intent)
    held_out = set()
    for names in by_domain.values():
        starts = range(0, len(names) - 1, 2)
        for start in rng.sample(starts, round(len(names) * 0.2 / 2)):
            held_out.update(names[start:start + 2])
    return held_out


def make_idf(questions):
    df = Counter(w for q in questions for w in set(words(q)))
    return {w: math.log(len(questions) / n) for w, n in df.items()}, math.log(len(questions))


def jaccard(a, b):
    a, b = set(words(a)), set(words(b))
    return len(a & b) / len(a | b)


def overlap_coefficient(a, b):
    a, b = set(words(a)), set(words(b))
    return len(a & b) / min(len(a), len(b))


def dice(a, b):
    a, b = set(words(a)), set(words(b))
    return 2 * len(a & b) / (len(a) + len(b))


def idf_cosine(idf, unseen):
    def vector(text):
        return {w: n * idf.get(w, unseen) for w, n in Counter(words(text)).items()}

    def measure(a, b):
        a, b = vector(a), vector(b)
        dot = sum(v * b[w] for w, v in a.items() if w in b)
        norm = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
        return dot / norm if norm else 0.0
    return measure


def positive_pairs(members, rng):
    """The positive pairs of an intent: nine among its ordinary questions, six with one of the others."""
    circle, others = members[:ORDINARY], members[ORDINARY:]
    rng.shuffle(circle)
    rng.shuffle(others)
    half = ORDINARY // 2
    around = [(circle[k], circle[(k + 1) % ORDINARY]) for k in range(ORDINARY)]
    across = [(circle[k], circle[k + half]) for k in range(half)]
    outward = [(circle[k], others[k % FURTHER_OFF]) for k in range(ORDINARY)]
    return around + across + outward


class NegativeDraw:
    """Draws negative pairs so that every question gets as many as it has positive ones."""

    def __init__(self, rows, place, positives, rng):
        self.rows, self.rng = rows, rng
        self.place = [place[intent] for _, intent, _ in rows]
        self.domain = [domain for domain, _, _ in rows]
        self.open = [0] * len(rows)
        for i, j in positives:
            self.open[i] += 1
            self.open[j] += 1
        self.cosine = idf_cosine(*make_idf([question for _, _, question in rows]))
        self.members = OrderedDict()
        for k, domain in enumerate(self.domain):
            self.members.setdefault(domain, []).append(k)
        self.known = {}
        self.taken = set()
        self.pairs = []

    def overlap(self, i, j):
        """Word overlap of two questions: the mean of idf cosine and Jaccard."""
        key = (min(i, j), max(i, j))
        if key not in self.known:
            a, b = self.rows[key[0]][2], self.rows[key[1]][2]
            self.known[key] = round((self.cosine(a, b) + jaccard(a, b)) / 2, 9)
        return self.known[key]

    def partners(self, i, kind):
        """The questions that may be paired with question i, and still lack a negative pair."""
        if kind == "other":
            free = [k for k in range(len(self.rows)) if self.open[k] > 0 and self.domain[k] != self.domain[i]
                    and (min(i, k), max(i, k)) not in self.taken
                    and frozenset((self.rows[i][1], self.rows[k][1])) not in ALIKE]
            return self.rng.sample(free, min(SAMPLE, len(free)))
        return [k for k in self.members[self.domain[i]]
                if self.open[k] > 0 and self.place[k] != self.place[i]
                and (min(i, k), max(i, k)) not in self.taken
                and (abs(self.place[k] - self.place[i]) <= SIBLINGS) == (kind == "sibling")]

    def firsts(self, kind):
        """The questions to start from: those that lack most; for pairs of two domains, of the domain that does."""
        waiting = range(len(self.rows))
        if kind == "other":
            waiting = max(self.members.values(), key=lambda members: sum(self.open[k] for k in members))
        return sorted((k for k in waiting if self.open[k] > 0),
                      key=lambda k: (-self.open[k], self.rng.random()))[:STARTS]

    def draw(self, kind, model):
        """Takes a free pair of this kind: of siblings the one whose overlap is nearest to the model's, else any."""
        candidates = [(i, j) for i in self.firsts(kind) for j in self.partners(i, kind)]
        if not candidates and kind != "other":
            return self.draw("other", model)
        if not candidates:
            sys.exit("no free pair is left")
        if kind == "sibling":
            i, j = min(candidates, key=lambda pair: (abs(self.overlap(*pair) - model), pair))
        else:
            i, j = self.rng.choice(candidates)
        self.open[i] -= 1
        self.open[j] -= 1
        self.taken.add((min(i, j), max(i, j)))
        self.pairs.append((i, j, kind))
        return None


def make_pairs(rows, place, rng):
    """The pairs of one part, as (question1, question2, label, kind); place: an intent's place in the file."""
    by_intent = OrderedDict()
    for i, (domain, intent, _) in enumerate(rows):
        by_intent.setdefault((domain, intent), []).append(i)
    for (domain, intent), members in by_intent.items():
        if len(members) != ORDINARY + FURTHER_OFF:
            sys.exit(f"{domain}/{intent} has {len(members)} questions, not {ORDINARY + FURTHER_OFF}")
    positives = [pair for members in by_intent.values() for pair in positive_pairs(members, rng)]

    negatives = NegativeDraw(rows, place, positives, rng)
    siblings, domain = round(len(positives) * SIBLING_SHARE), round(len(positives) * DOMAIN_SHARE)
    kinds = ["sibling"] * siblings + ["domain"] * domain + ["other"] * (len(positives) - siblings - domain)
    models = [negatives.overlap(i, j) for i, j in positives]
    rng.shuffle(models)
    for kind, model in zip(kinds, models):
        negatives.draw(kind, model)

    pairs = []
    for i, j, kind in [(i, j, "positive") for i, j in positives] + negatives.pairs:
        if rng.random() < 0.5:
            i, j = j, i
        pairs.append((rows[i][2], rows[j][2], int(kind == "positive"), kind))
    rng.shuffle(pairs)
    return pairs


def best_threshold(scored):
    """The best accuracy of 'duplicate when score >= t', and that t."""
    ordered = sorted(scored, reverse=True)
    total_negative = sum(1 for _, y in ordered if y == 0)
    best, threshold, right = total_negative, float("inf"), total_negative
    for k, (s, y) in enumerate(ordered):
        right += 1 if y else -1
        if (k + 1 == len(ordered) or ordered[k + 1][0] != s) and right > best:
            best, threshold = right, s
    return best / len(ordered), threshold


def accuracy(scored, threshold):
    return sum((s >= threshold) == bool(y) for s, y in scored) / len(scored)


def to_text(pairs):
    out = io.StringIO()
    out.write("question1\tquestion2\tis_duplicate\n")
    for a, b, label, _ in pairs:
        out.write(f"{a}\t{b}\t{label}\n")
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where questions.tsv lies")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with what is there")
    args = parser.parse_args()

    rng = random.Random(SEED)
    rows = read_questions(args.folder / "questions.tsv")
    held_out = split_intents(rows, rng)
    parts = {
        "train": [r for r in rows if r[1] not in held_out],
        "test": [r for r in rows if r[1] in held_out],
    }
    print(f"questions: {len(rows)}, domains: {len({r[0] for r in rows})}, "
          f"intents: {len({r[:2] for r in rows})}")

    place = {}
    for _, intent, _ in rows:
        place.setdefault(intent, len(place))
    pairs, same = {}, True
    for name, part in parts.items():
        pairs[name] = make_pairs(part, place, rng)
        kinds = Counter(p[3] for p in pairs[name])
        uses = {r[2]: [0, 0] for r in part}
        for a, b, label, _ in pairs[name]:
            uses[a][label] += 1
            uses[b][label] += 1
        print(f"{name}: {len({r[:2] for r in part})} intents, {len(part)} questions, "
              f"{len(pairs[name])} pairs: {kinds['positive']} duplicates "
              f"({kinds['positive'] / len(pairs[name]):.1%}), {kinds['sibling']} negatives of siblings, "
              f"{kinds['domain']} of one domain, {kinds['other']} of two domains; "
              f"per question {min(u[1] for u in uses.values())} to "
              f"{max(u[1] for u in uses.values())} positive and {min(u[0] for u in uses.values())} to "
              f"{max(u[0] for u in uses.values())} negative pairs")
        path = args.folder / f"{name}.tsv"
        data = to_text(pairs[name]).encode("utf-8")
        if args.check:
            same = same and path.exists() and path.read_bytes() == data
        else:
            path.write_bytes(data)

    idf, unseen = make_idf([r[2] for r in parts["train"]])
    print("word overlap on the test part (threshold chosen on train / on test itself / the other way "
          "round, 'duplicate when less alike', on test):")
    for name, measure in (("Jaccard", jaccard), ("Dice", dice), ("overlap coefficient", overlap_coefficient),
                          ("idf cosine", idf_cosine(idf, unseen))):
        scored = {k: [(measure(a, b), y) for a, b, y, _ in v] for k, v in pairs.items()}
        _, threshold = best_threshold(scored["train"])
        reverse, _ = best_threshold([(-s, y) for s, y in scored["test"]])
        print(f"  {name:20s} {accuracy(scored['test'], threshold):.3f} / "
              f"{best_threshold(scored['test'])[0]:.3f} / {reverse:.3f}")
    majority = sum(1 for p in pairs["test"] if p[2] == 0) / len(pairs["test"])
    print(f"  always 'no'          {max(majority, 1 - majority):.3f}")
    if args.check:
        print("the files are as this script makes them" if same else "the files DIFFER")
        sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
