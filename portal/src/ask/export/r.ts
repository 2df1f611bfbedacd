/** Exports an answer as an R program that asks for its counts once more. https://httr2.r-lib.org/ */
import {
  type Exported,
  headLines,
  jsonLines,
  jsonWithoutQuotes,
  type ScriptDataset,
  scriptDatasets,
} from './requests.ts';

export function rScript(exported: Exported): string {
  const head = [...headLines(exported), 'Needs the packages httr2 and jsonlite.'];
  return `#!/usr/bin/env Rscript
${head.map((line) => `# ${line}\n`).join('')}
library(httr2)
library(jsonlite)

# What is asked: for each data set one request, or several whose counts are added, each times its factor.
data_sets <- parse_json(r"---(${forR(jsonLines(scriptDatasets(exported).map(withTextBodies)))})---")
# What the data are for; told to servers only with a token.
stated <- parse_json(r"---(${forR(jsonWithoutQuotes(exported.stated))})---")

${program}`;
}

/** R has no way to tell an empty list from an empty object, so what is posted stays text. */
const withTextBodies = (dataset: ScriptDataset): object => ({
  ...dataset,
  requests: dataset.requests.map(({ body, ...one }) => ({
    ...one,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })),
});

/** Raw strings of R end at their dashes only. https://cran.r-project.org/doc/manuals/r-release/NEWS.html */
const forR = (json: string): string => json.replaceAll(')---', ')--\\u002d');

const program = `disclosure_url <- "https://fairway.health/fhir/StructureDefinition/count-disclosure"

ask <- function(request, token) {
  call <- request(request$url) |>
    req_headers(Accept = "application/fhir+json", Prefer = "handling=strict") |>
    req_timeout(60)
  if (nzchar(token)) {
    call <- req_headers(call, Authorization = paste("Bearer", token))
    call <- do.call(req_headers, c(list(call), stated))
  }
  if (!is.null(request$body)) {
    call <- req_body_raw(call, request$body, type = "application/fhir+json")
  }
  parse_json(rawToChar(resp_body_raw(req_perform(call))))
}

# The count in a Bundle or a MeasureReport, and what its server says of how it is told.
told <- function(body) {
  if (identical(body$resourceType, "MeasureReport")) {
    population <- body$group[[1]]$population[[1]]
    count <- population$count
    places <- list(body, body$group[[1]], population, population[["_count"]])
  } else {
    count <- body$total
    places <- list(body[["_total"]])
  }
  parts <- list()
  for (place in places) for (extension in place$extension) {
    if (identical(extension$url, disclosure_url)) for (part in extension$extension) {
      parts[[part$url]] <- part[[grep("^value", names(part))[1]]]
    }
  }
  list(count = count, parts = parts)
}

text <- function(data_set) {
  token <- if (is.null(data_set$token)) "" else Sys.getenv(data_set$token)
  answers <- lapply(data_set$requests, function(request) told(ask(request, token)))
  if (length(answers) > 1) {
    factors <- vapply(data_set$requests, function(request) as.numeric(request$factor), 0)
    return(format(sum(factors * vapply(answers, function(one) as.numeric(one$count), 0))))
  }
  count <- answers[[1]]$count
  parts <- answers[[1]]$parts
  if (!is.null(count) && count > 0) {
    rounded <- !is.null(parts$rounding) && parts$rounding > 1 && !identical(parts$granularity, "exists")
    about <- if (identical(as.numeric(parts$read), as.numeric(count))) "at least " else "about "
    return(paste0(if (rounded) about else "", format(count, scientific = FALSE)))
  }
  if (isTRUE(parts$exists)) return("some")
  if (data_set$none != "0") return(data_set$none)
  if (isTRUE(parts$suppressed) || isFALSE(parts$exists)) {
    return(paste("fewer than", if (is.null(parts$threshold)) "?" else parts$threshold))
  }
  if (is.null(count)) "no number" else "0"
}

failed <- FALSE
for (data_set in data_sets) {
  result <- if (!is.null(data_set$skipped)) {
    paste("not asked:", data_set$skipped)
  } else {
    tryCatch(text(data_set), error = function(problem) {
      failed <<- TRUE
      paste("no answer:", conditionMessage(problem))
    })
  }
  cat(data_set$title, "\\t", result, "\\n", sep = "")
}
quit(status = if (failed) 3 else 0)
`;
