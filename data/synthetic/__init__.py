"""Tables with known answers, for documents, demos and tests: a fictional shop and its tickets."""

from data.synthetic.small import small_knowledge, small_tickets
from data.synthetic.tickets import sample_tickets, write_samples

__all__ = ["sample_tickets", "small_knowledge", "small_tickets", "write_samples"]
