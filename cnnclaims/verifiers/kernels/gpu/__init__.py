"""The operators once more, as Triton kernels for a GPU: one file an operator, a kernel beside its equation and a function that launches it.

`forms.py` lists them with what each is held against. Triton is optional (`pip install 'cnnclaims[gpu]'`); nothing else of the
package imports this folder. Without a GPU the kernels run in Triton's interpreter, where TRITON_INTERPRET=1 is set before triton is
imported.
"""
