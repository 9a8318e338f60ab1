"""Which license or policy a text is, and where it was altered: `identify`, on fingerprints that the package carries."""

from weightlicense.recognition.compare import Alteration, Match, Removal, identify

__all__ = ["Alteration", "Match", "Removal", "identify"]
