"""The catalogue: documents, models and labels from data files; lazy and indexed."""

from __future__ import annotations

from functools import cache

from weightlicense.catalogue import files
from weightlicense.clause import Document


@cache
def document(document_id: str) -> Document:
    """The document of that id; `KeyError` where the catalogue lacks it."""
    return Document.from_data(files.document_data(document_id))
