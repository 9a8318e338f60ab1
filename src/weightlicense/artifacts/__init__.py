"""Model directories, read as witnesses: one reader for each kind of file, each of which states and none decides.

The keys of `Witness.says`, each there only where the artefact states it, values as written:

- `license`: text, or a tuple where several are declared (`Witness.licenses` has them always as a tuple); `license_name`,
  `license_link`; `license_concluded` (SPDX and CycloneDX); `license_tags` (tags of a card), `license_classifiers` (of a
  Python package); `license_mentions`, a tuple of `Mention`: what prose says; `license_texts`, the places of whole texts inside
  the artefact, which are in `Directory.texts` as embedded.
- `left_out`: keys of which not all was kept, for there was too much.
- `base_models`: a tuple of `Parent`; `base_model_relation` as written; `base_model_version`.
- `near_misses`: a tuple of `NearMiss`: keys that look like one of these and are not.
- `model_name`; `title` of a card; `package_name`; `component`: the folder or part that the artefact speaks of, absent for
  the whole; `components` of a pipeline; `subject`: the part that a bill of materials describes; `kind` of a part, in a lineage's
  word, where the bill states it.
- `datasets`, `tags`, `modalities`, `shards`: tuples; `shard`: (number, count); `architecture`: text or tuple; `model_type`,
  `quantized` (whether the weights are), `quantized_by`, `merge_method`, `peft_type`, `task_type`, `pipeline_tag`,
  `library_name`, `new_version`, `purpose`, `version`, `path`, `type` and others of the format's own words.
"""

from weightlicense.artifacts.directory import read_directory
from weightlicense.artifacts.witness import (
    Directory,
    Mention,
    Name,
    NearMiss,
    Parent,
    TextFile,
    Unread,
    Witness,
    clean,
)

__all__ = [
    "Directory",
    "Mention",
    "Name",
    "NearMiss",
    "Parent",
    "TextFile",
    "Unread",
    "Witness",
    "clean",
    "read_directory",
]
