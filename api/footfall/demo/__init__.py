"""Synthetic visitors for trying Footfall out: made from a seed, sent through the real HTTP endpoint.

`sites` and `people` say who visits what, `calendar` when, `visit` what a visit sends; `delivery` posts
it; admin/clearing.py takes it away again. Nothing here is on the path of real traffic.
"""
