"""The company's cloud before it has a configuration: places, names, dates and dice."""
