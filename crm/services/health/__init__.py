"""Is the running installation set up safely? Processes report about themselves, `examination` looks at them and the machine.

Nothing is named here: a process that only reports about itself does not load the examination.

Source: Art. 32(1)(d) DSGVO (regular testing of the measures).
"""
