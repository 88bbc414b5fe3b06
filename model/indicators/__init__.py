"""The indicators: what each number means, declared once, and the SQL that computes it."""

from model.indicators.declaration import Catalogue, DeclarationError, Indicator, View, Words
from model.indicators.reading import catalogue

__all__ = ["Catalogue", "DeclarationError", "Indicator", "View", "Words", "catalogue"]
