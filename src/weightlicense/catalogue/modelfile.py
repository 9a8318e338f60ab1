"""The shapes of the model files (`licenses/models/<publisher>.yaml`) and of the Hub labels (`licenses/labels.yaml`)."""

from __future__ import annotations

from typing import Final

from weightlicense.shape import Day, Field, ListOf, Number, Record, Text, Word
from weightlicense.vocabulary import vocabulary

RELATIONS: Final = (
    "re-upload", "quantize", "convert", "prune", "fine-tune", "adapter", "merge", "distill", "outputs", "dataset",
)  # fmt: skip

SOURCE: Final = Record(
    {
        "says": Field(Text(), required=True, about="what the source shows"),
        "source": Field(Text(), required=True, about="where it was seen"),
        "url": Field(Text(), nullable=True, about="its address"),
    },
    "a source",
)

MODEL: Final = Record(
    {
        "id": Field(Text(pattern=r"[a-z0-9][a-z0-9.+-]*"), required=True, about="what people type"),
        "title": Field(Text(), required=True, about="its name"),
        "family": Field(Text(), required=True, about="its family"),
        "match": Field(ListOf(Text(), min=1), required=True, about="globs on the normalised name"),
        "except": Field(ListOf(Text(), min=1), about="globs that do not belong"),
        "license": Field(
            Text(), nullable=True, required=True, about="a document id or expression; null if not verified"
        ),
        "policies": Field(ListOf(Text(), min=1), about="policies that bind beside the license"),
        "based-on": Field(
            Record(
                {
                    "model": Field(Text(), required=True, about="the model it comes from"),
                    "relation": Field(Word(RELATIONS, "a relation"), required=True, about="how"),
                },
                "a base",
            ),
            about="the model it comes from",
        ),
        "released": Field(Day(), nullable=True, about="when it was released"),
        "modalities": Field(
            ListOf(Word(vocabulary().facts["model.modalities"].values, "a modality")),
            nullable=True,
            about="in and out",
        ),
        "note": Field(Text(), about="what else must be known"),
        "sources": Field(ListOf(SOURCE, min=1), required=True, about="a source for each statement"),
    },
    "a model",
)

MODELS: Final = Record(
    {
        "format": Field(Number(), required=True, about="1"),
        "publisher": Field(Text(), required=True, about="the file's name"),
        "name": Field(Text(), required=True, about="the publisher's name"),
        "organizations": Field(ListOf(Text(), min=1), required=True, about="its Hub organisations"),
        "models": Field(ListOf(MODEL, min=1), required=True, about="its models"),
    },
    "a model file",
)

LABELS: Final = Record(
    {
        "format": Field(Number(), required=True, about="1"),
        "labels": Field(
            ListOf(
                Record(
                    {
                        "label": Field(Text(), required=True, about="the label in lower case"),
                        "document": Field(Text(), about="the document that it means"),
                        "versions": Field(
                            ListOf(
                                Record(
                                    {
                                        "document": Field(Text(), required=True, about="a version"),
                                        "from": Field(Day(), required=True, about="in force from"),
                                    },
                                    "a version",
                                ),
                                min=1,
                            ),
                            about="dated versions of one text",
                        ),
                        "one-of": Field(ListOf(Text(), min=1), about="different texts that it may mean"),
                        "read-at": Field(Text(), about="where a text that is not at hand can be read"),
                        "says": Field(Text(), about="why it names no text"),
                        "note": Field(Text(), about="what else must be known"),
                    },
                    "a label",
                ),
                min=1,
            ),
            required=True,
            about="the labels",
        ),
    },
    "a label file",
)
