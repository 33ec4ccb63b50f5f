"""The SQL index: a cache of the store, droppable, rebuilt by `annexa reindex`."""
