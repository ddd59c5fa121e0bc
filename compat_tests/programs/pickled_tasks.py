"""Tasks are pickled by name, compared by name and copied as themselves."""

import copy
import pickle

from celery import Celery

app = Celery("proj")


@app.task
def add(x, y):
    return x + y


@app.task
def multiply(x, y):
    return x * y


def drive(record):
    loaded = pickle.loads(pickle.dumps(app.tasks["proj.tasks.add"]))
    record("loaded", loaded == add, loaded.name, loaded(1, 2))
    record("equal", add == app.tasks["proj.tasks.add"], add == multiply, add != multiply)
    record("hash", hash(app.tasks["proj.tasks.add"]) == hash(app.tasks["proj.tasks.add"]), {add: 1}[add])
    record("repr", repr(add), str(add))
    record("copy", copy.copy(add.s(1)), app.tasks["proj.tasks.add"].__reduce__()[1])
