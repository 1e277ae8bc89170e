"""What a training takes from its machine, measured beside it and written as an event file.

Tags read ``<device>/<quantity> [<unit>]``, such as ``GPU 0 A100/utilization [%]``; steps are the
seconds since the training began.
"""
