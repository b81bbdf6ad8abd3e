"""The names page: which words there are, how well each fits each region, and what is made of it.

CLIP suggests, a person accepts or writes another name; every change is an edit that can be undone.
"""
