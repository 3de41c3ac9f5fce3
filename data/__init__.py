"""Ground floor: tables and their checks, text, encoders, the file format of models."""
