def show(b,t): pass
