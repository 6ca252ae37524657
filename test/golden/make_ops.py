"""Writes the golden values of all ops: /usr/bin/python3 test/golden/make_ops.py"""
import ops_elementwise, ops_linear, ops_network, ops_reductions, ops_shapes  # noqa: E401,F401

from golden_ops import write_books

write_books()
