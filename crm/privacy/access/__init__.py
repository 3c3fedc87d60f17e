"""Access and portability: everything about a person over all tables, what it is for, and the forms in which it goes out.

Computed from the classification of tables and columns, so that a new column is in the copy without being named here.

Source: Art. 12, 15, 20 DSGVO.
"""
