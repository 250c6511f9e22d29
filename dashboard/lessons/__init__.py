"""Lessons on the page: the list, the card beside the stage, the glossary and the map."""
