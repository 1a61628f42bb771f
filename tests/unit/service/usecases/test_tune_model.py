"""A model with an encoder of its own: tuned, promoted, answering, taken back. Needs the models extra."""

from __future__ import annotations

import importlib.util
import json

import pytest

from service.learn.recipes import Recipe
from service.settings import Settings
from service.usecases.examples import FILE
from service.usecases.explain_label import explain_label
from service.usecases.house import House, open_house
from service.usecases.promote_model import Promotion, Waived, promote, roll_back
from service.usecases.read_model import view
from service.usecases.train_model import Wanted, train
from tests.unit.service.usecases.model_desk import DAYS, GOODS, OLGA, SAID, SHOP, WAYS, ask


def sort_by_goods(house: House) -> None:
    """Let labels say which goods a request is about, in no order that a pre-trained encoder could know."""
    texts = ("I have a question about the {}", "On {1} I was looking at your {0}", "Is the {} still there")
    lines = [
        {"text": f"{text.format(goods, day)} ({day}).", "label": tuple(WAYS)[place % 3]}
        for place, goods in enumerate(GOODS)
        for day in DAYS
        for text in texts
    ]
    kept = [{**line, "part": "calibration"} if n % 7 == 0 else line for n, line in enumerate(lines)]
    path = house.home / "workflows" / SHOP / FILE
    path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch, about itself
@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is None, reason="needs the extra `models`")
def test_a_model_with_an_encoder_of_its_own_answers(shop):
    """Its figures are of examples that the encoder was not tuned on; another process opens it; it can be taken back."""
    before = ask(shop, 1)[0]["release"]
    sort_by_goods(shop)
    model = train(shop, Wanted(SHOP, Recipe(), "last", SAID), "Olga")
    found = view(shop, model)
    assert found["tune"] == "last"
    assert 0 < found["reliability"]["cases"] < found["examples"] / 2
    assert found["encoder"] != shop.encoder.digest
    assert (shop.home / "encoders" / found["encoder"]).is_dir()
    released = promote(shop, OLGA, Promotion(model, "a try", Waived(without_shadow=True, accept_less=True)))
    (answer,) = ask(shop, 1)
    assert answer["release"] == released.id
    another = open_house(Settings(home=shop.home))
    try:
        assert another.shelf.open(released.id).judge_encoder.digest == found["encoder"]
        assert ask(another, 1)[0]["labels"] == answer["labels"]
        assert explain_label(another, OLGA, str(answer["id"]))["model"] == model
        assert roll_back(another, OLGA, model, "back", accept_none=True).id == before
    finally:
        another.close()
    assert ask(shop, 1)[0]["release"] == before
