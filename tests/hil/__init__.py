"""Kernel in the loop: the installed station under QEMU, with real drivers for everything that hangs
on its wires."""
