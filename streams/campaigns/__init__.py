"""What a marketer writes, checked: files to campaigns, conditions to tests, changes to versions."""
