"""What hangs on the station's wires in the virtual machine: runs in the guest, told by the harness
what to do."""
