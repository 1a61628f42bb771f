"""Nothing that a language model writes is shown unless it cites what it was given, and brings in nothing of its own."""

from __future__ import annotations

import pytest

from service.writer.checked import Fault, Refused, checked

FEES = "We refund a fee of £12.50 within 5 working days. Write to fees@bank.example or see https://bank.example/fees."
CARDS = "A lost card can be frozen at once in the app, and a new one is free. It comes within 1,000 minutes."
GIVEN = (FEES, CARDS)
FENCE = "=== 0123456789abcdef ==="


def read(said, **more):
    return checked(said, GIVEN, most_words=60, fence=FENCE, **more)


def fault(said):
    with pytest.raises(Refused) as error:
        read(said)
    return error.value.why


@pytest.mark.parametrize(
    "said, text, cited",
    [
        ("We refund the fee of £12.50 [1].", "We refund the fee of £12.50.", (1,)),
        ("We refund the fee. [1] A new card is free. [2]", "We refund the fee. A new card is free.", (1, 2)),
        ("A new card is free [2]. We refund the fee within 5 working days [1, 2].",
         "A new card is free. We refund the fee within 5 working days.", (2, 1)),
        ("Thank you for contacting us. We refund the fee [1]. Kind regards",
         "Thank you for contacting us. We refund the fee. Kind regards", (1,)),
        ("We refund the fee [1].\n\nA new card is free [2].", "We refund the fee.\n\nA new card is free.", (1, 2)),
        ("Write to fees@bank.example [1]!", "Write to fees@bank.example!", (1,)),
        ("See https://bank.example/fees. [1]", "See https://bank.example/fees.", (1,)),
        ("It comes within 1000 minutes [2].", "It comes within 1000 minutes.", (2,)),
    ],
)  # fmt: skip
def test_what_is_cited_is_taken_without_its_marks(said, text, cited):
    """A mark may stand before or after the full stop; a courtesy says nothing and needs none."""
    found = read(said)
    assert (found.text, found.cited) == (text, cited)


@pytest.mark.parametrize(
    "said, why",
    [
        ("", Fault.NOTHING_TO_SAY),
        ("  \n", Fault.NOTHING_TO_SAY),
        ("NOTHING.", Fault.NOTHING_TO_SAY),
        ("We refund the fee.", Fault.UNCITED),
        ("We refund the fee [1]. Your account is closed.", Fault.UNCITED),
        ("We refund the fee [1].\nAlso, your card is frozen", Fault.UNCITED),
        ("Thank you.", Fault.UNCITED),
        ("We refund the fee [3].", Fault.CITES_UNKNOWN),
        ("We refund the fee [0].", Fault.CITES_UNKNOWN),
        ("We refund the fee [1, 9].", Fault.CITES_UNKNOWN),
        ("We refund the fee as doc_secret@3 says [1].", Fault.CITES_UNKNOWN),
        ("We refund a fee of £125 [1].", Fault.UNKNOWN_FIGURE),
        ("A new card comes within 5 working days [2].", Fault.UNKNOWN_FIGURE),
        ("A new card comes within ５ days [2].", Fault.UNKNOWN_FIGURE),
        ("We refund the fee at https://bank.example/fees-now [1].", Fault.UNKNOWN_ADDRESS),
        ("We refund the fee at evil.example [1].", Fault.UNKNOWN_ADDRESS),
        ("We refund the fee, see [here](http://evil.example/x) [1].", Fault.UNKNOWN_ADDRESS),
        ("We refund the fee: javascript://x [1].", Fault.UNKNOWN_ADDRESS),
        ("A new card is free, write to fees@bank.example [2].", Fault.UNKNOWN_ADDRESS),
        ("We refund the fee of GB29 NWBK 6016 1331 9268 19 [1].", Fault.PERSONAL_DATA),
        ("We refund\u200b the fee [1].", Fault.ODD_CHARACTERS),
        ("We refund \u202ethe fee [1].", Fault.ODD_CHARACTERS),
        ("We refund\x00 the fee [1].", Fault.ODD_CHARACTERS),
        ("We refund the fee [1]. " * 30, Fault.TOO_LONG),
        (f"We refund the fee [1]. {FENCE}", Fault.TOLD_ON),
    ],
)  # fmt: skip
def test_whatever_else_is_refused(said, why):
    """Uncited, citing what was not given, or bringing in a figure, an address or a number of somebody's."""
    assert fault(said) is why


def test_a_sentence_that_says_more_than_its_passage_is_pointed_out():
    """It may be true; whoever checks the draft looks there first."""
    found = read("We refund the fee within 5 working days [1]. Your mortgage application was approved yesterday [1].")
    assert found.loose == ("Your mortgage application was approved yesterday.",)


def test_a_passage_is_not_vouched_for_by_another_one():
    """The address is in the first passage; citing the second one does not bring it in."""
    assert fault("The card is free, see https://bank.example/fees [2].") is Fault.UNKNOWN_ADDRESS


def test_every_cut_of_a_good_text_is_taken_or_refused():
    """Whatever arrives, the check ends in one or the other."""
    good = "We refund the fee of £12.50 within 5 working days [1]. A new card is free [2]."

    def taken(said):
        try:
            return bool(read(said).cited)
        except Refused:
            return False

    ends = [53, 54, 55, 56, 57, len(good) - 1, len(good)]  # from 55 on a word is begun that says nothing yet
    assert [cut for cut in range(len(good) + 1) if taken(good[:cut])] == ends
