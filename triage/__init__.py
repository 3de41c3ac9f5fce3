"""What is this ticket, and who takes it?"""

from triage.intents import IntentClassifier
from triage.taxonomy import Label, Taxonomy, default_taxonomy, load_taxonomy

__all__ = ["IntentClassifier", "Label", "Taxonomy", "default_taxonomy", "load_taxonomy"]
