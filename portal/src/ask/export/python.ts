/** Exports an answer as a Python program that asks for its counts once more, with the standard library only. https://docs.python.org/3/library/urllib.request.html */
import { type Exported, headLines, jsonLines, jsonWithoutQuotes, scriptDatasets } from './requests.ts';

export function pythonScript(exported: Exported): string {
  const head = [...headLines(exported), 'Needs Python 3.8 or newer and nothing else.'];
  return `#!/usr/bin/env python3
${head.map((line) => `# ${line}\n`).join('')}
${imports}
# What is asked: for each data set one request, or several whose counts are added, each times its factor.
DATA_SETS = json.loads(r'''${jsonLines(scriptDatasets(exported))}''')
# What the data are for; told to servers only with a token.
STATED = json.loads(r'''${jsonWithoutQuotes(exported.stated)}''')

${program}`;
}

const imports = `import json
import os
import sys
import urllib.error
import urllib.request
`;

const program = `DISCLOSURE = "https://fairway.health/fhir/StructureDefinition/count-disclosure"


def ask(request, token):
    headers = {"Accept": "application/fhir+json", "Prefer": "handling=strict"}
    if token:
        headers["Authorization"] = "Bearer " + token
        headers.update(STATED)
    data = None
    if "body" in request:
        headers["Content-Type"] = "application/fhir+json"
        data = json.dumps(request["body"]).encode()
    with urllib.request.urlopen(urllib.request.Request(request["url"], data, headers), timeout=60) as response:
        return json.load(response)


def told(body):
    """The count in a Bundle or a MeasureReport, and what its server says of how it is told."""
    if body.get("resourceType") == "MeasureReport":
        group = (body.get("group") or [{}])[0]
        population = (group.get("population") or [{}])[0]
        count = population.get("count")
        places = [body, group, population, population.get("_count") or {}]
    else:
        count = body.get("total")
        places = [body.get("_total") or {}]
    parts = {}
    for place in places:
        for extension in place.get("extension", []):
            if extension.get("url") == DISCLOSURE:
                for part in extension.get("extension", []):
                    parts[part["url"]] = next(value for name, value in part.items() if name.startswith("value"))
    return count, parts


def text(dataset):
    answers = [told(ask(request, os.environ.get(dataset.get("token", "")))) for request in dataset["requests"]]
    if len(answers) > 1:
        return str(sum(request["factor"] * count for request, (count, _) in zip(dataset["requests"], answers)))
    count, parts = answers[0]
    if count:
        rounded = parts.get("rounding", 1) > 1 and parts.get("granularity") != "exists"
        about = "at least " if parts.get("read") == count else "about "
        return (about if rounded else "") + str(count)
    if parts.get("exists") is True:
        return "some"
    if dataset["none"] != "0":
        return dataset["none"]
    if parts.get("suppressed") or parts.get("exists") is False:
        return "fewer than " + str(parts.get("threshold", "?"))
    return "0" if count == 0 else "no number"


failed = False
for dataset in DATA_SETS:
    if "skipped" in dataset:
        result = "not asked: " + dataset["skipped"]
    else:
        try:
            result = text(dataset)
        except (urllib.error.URLError, OSError, ValueError) as error:
            failed = True
            result = "no answer: " + str(error)
    print(dataset["title"] + "\\t" + result)
sys.exit(3 if failed else 0)
`;
