"""What should the agent answer?"""

from suggest.draft import Draft
from suggest.drafter import ReplyDrafter
from suggest.greetings import greeting
from suggest.index import KnowledgeIndex
from suggest.retriever import Retriever

__all__ = ["Draft", "KnowledgeIndex", "ReplyDrafter", "Retriever", "greeting"]
