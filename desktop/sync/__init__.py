"""What crosses a wire: the relay and the dispatcher."""
