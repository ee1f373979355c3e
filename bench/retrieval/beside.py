"""Measures the full text search of Haystack (deepset, Apache-2.0), as it comes, on the same questions.

    pip install haystack-ai==2.31.0
    python3 bench/retrieval/haystack.py piaf-v1.0.json

It runs Haystack's in-memory store with its BM25 retriever and no setting changed. Its default search by vectors needs a model from
a hub and is not measured.
"""

import json
import math
import sys
import time

from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore


def main(path):
    documents, questions = [], []
    with open(path, encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                name = str(len(documents))
                documents.append(Document(id=name, content=paragraph["context"]))
                questions += [(q["question"], name) for q in paragraph["qas"]]
    store = InMemoryDocumentStore()
    store.write_documents(documents)
    retriever = InMemoryBM25Retriever(store, top_k=100)
    gain, hits, start = 0.0, {1: 0, 10: 0, 100: 0}, time.time()
    for question, name in questions:
        found = [d.id for d in retriever.run(query=question)["documents"]]
        if name not in found:
            continue
        rank = found.index(name)
        gain += 1 / math.log2(rank + 2) if rank < 10 else 0
        for depth in hits:
            hits[depth] += rank < depth
    n = len(questions)
    print(f"nDCG@10 {gain / n:.3f}", *(f"R@{d} {h / n:.3f}" for d, h in hits.items()), f"{n} questions, {1000 * (time.time() - start) / n:.1f} ms each")


main(sys.argv[1])
