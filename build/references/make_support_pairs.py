#!/usr/bin/env python3
"""Makes the sentence-pair files of the SupportQuestions sample from its questions.

    python3 build/references/make_support_pairs.py            # writes train.tsv and test.tsv
    python3 build/references/make_support_pairs.py --check    # only compares with the files there

Reads   src/Samples/SupportQuestions/questions.tsv  (domain, intent, question; written by hand)
Writes  train.tsv and test.tsv beside it            (question1, question2, is_duplicate)
and prints counts and how well word overlap alone tells the label.

Needs nothing but Python 3's standard library. The seed is fixed below, every collection that is
walked is a list in file order or sorted, and ties are broken by file order, so the output is the
same on every machine.

Split.      In every domain 4 of the 20 intents are held out for the test part: two runs of two
            neighbours in the file. Neighbours are siblings (the file keeps confusable intents
            together), so the test part has hard negatives too. No intent is in both parts.
Positives.  Both questions are of one intent. The questions of an intent are laid out on a circle in
            random order and each is paired with the next two, so every question is in four of them.
Negatives.  About 85 % are questions of two intents of one domain, drawn with a preference for
            siblings and for pairs that share many (and rare) words, at most four per question; the
            rest are drawn at random from two domains. Questions that have fewer negatives so far are
            served first, so that a question by itself says nothing about the label.
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
POSITIVE_SHARE = 0.48       # of all pairs
HARD_SHARE = 0.85           # of the negatives
HARD_CAP = 4                # hard negatives per question
NOISE = 0.15                # how far chance may overrule word overlap when hard negatives are drawn
SIBLINGS = 2                # intents at most this far apart in the file count as siblings ...
SIBLING_BONUS = 0.15        # ... and are preferred by this much word overlap
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


def make_pairs(rows, place, rng):
    """The pairs of one part, as (question1, question2, label, kind); place: an intent's place in the file."""
    domain_of = [r[0] for r in rows]
    intent_of = [r[1] for r in rows]
    text = [r[2] for r in rows]
    by_intent, by_domain = OrderedDict(), OrderedDict()
    for i in range(len(rows)):
        by_intent.setdefault((domain_of[i], intent_of[i]), []).append(i)
        by_domain.setdefault(domain_of[i], []).append(i)

    positives = []
    for members in by_intent.values():
        circle = members[:]
        rng.shuffle(circle)
        n = len(circle)
        positives += [(circle[k], circle[(k + d) % n]) for k in range(n) for d in (1, 2)]

    wanted = round(len(positives) * (1 - POSITIVE_SHARE) / POSITIVE_SHARE)
    wanted_hard = round(wanted * HARD_SHARE)

    idf, unseen = make_idf(text)
    cosine = idf_cosine(idf, unseen)
    candidates = []
    for members in by_domain.values():
        for x, i in enumerate(members):
            for j in members[x + 1:]:
                if intent_of[i] != intent_of[j]:
                    score = (cosine(text[i], text[j]) + jaccard(text[i], text[j])) / 2
                    if abs(place[intent_of[i]] - place[intent_of[j]]) <= SIBLINGS:
                        score += SIBLING_BONUS
                    candidates.append((round(-(score + rng.gauss(0, NOISE)), 9), i, j))
    candidates.sort()
    degree = [0] * len(rows)
    hard = []
    for _, i, j in candidates:
        if len(hard) < wanted_hard and degree[i] < HARD_CAP and degree[j] < HARD_CAP:
            hard.append((i, j))
            degree[i] += 1
            degree[j] += 1

    easy, taken = [], set()
    while len(hard) + len(easy) < wanted:
        i = min(range(len(rows)), key=lambda k: (degree[k], rng.random()))
        others = [k for k in range(len(rows))
                  if domain_of[k] != domain_of[i] and (min(i, k), max(i, k)) not in taken
                  and frozenset((intent_of[i], intent_of[k])) not in ALIKE]
        fewest = min(degree[k] for k in others)
        j = rng.choice([k for k in others if degree[k] <= fewest + 1])
        taken.add((min(i, j), max(i, j)))
        easy.append((i, j))
        degree[i] += 1
        degree[j] += 1

    pairs = []
    for kind, label, chosen in (("positive", 1, positives), ("hard", 0, hard), ("easy", 0, easy)):
        for i, j in chosen:
            if rng.random() < 0.5:
                i, j = j, i
            pairs.append((text[i], text[j], label, kind))
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
        intent_of = {r[2]: r[1] for r in part}
        siblings = sum(1 for a, b, _, kind in pairs[name] if kind == "hard"
                       and abs(place[intent_of[a]] - place[intent_of[b]]) <= SIBLINGS)
        uses = {r[2]: [0, 0] for r in part}
        for a, b, label, _ in pairs[name]:
            uses[a][label] += 1
            uses[b][label] += 1
        print(f"{name}: {len({r[:2] for r in part})} intents, {len(part)} questions, "
              f"{len(pairs[name])} pairs: {kinds['positive']} duplicates "
              f"({kinds['positive'] / len(pairs[name]):.1%}), {kinds['hard']} hard "
              f"({siblings} of siblings) and "
              f"{kinds['easy']} random negatives; per question {min(u[1] for u in uses.values())} to "
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
