"""The version of this package; reports carry it."""

VERSION = "0.1.0"
