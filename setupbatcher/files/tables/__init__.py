"""Tables in files and in data sections: csv, tsv and xlsx in, rows with a section's delimiter out, and the reverse.

Whatever a table holds is data: it becomes fields of rows and nothing else, or one error that names its place.
"""

from setupbatcher.files.tables.form import Form, Reading, read_table, write_table
from setupbatcher.files.tables.rows import Layout, Loaded, load_rows
from setupbatcher.files.tables.table import Row, Table

__all__ = ["Form", "Layout", "Loaded", "Reading", "Row", "Table", "load_rows", "read_table", "write_table"]
