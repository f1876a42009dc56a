"""The gate: the policy and the one door through which bytes leave this machine.

It must know nothing of code, editors or model SDKs.
"""
