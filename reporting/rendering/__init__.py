"""Rendering of a frozen committee pack: plain data in, HTML context, tagged PDF and XLSX out.

Nothing here reads the database or the clock: the same data gives the same documents.
"""
