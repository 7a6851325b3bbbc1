# Open what sahelkit::export wrote, and print what was found, one fact a line. The page docs/r_and_stata.md shows the same lines.
given <- commandArgs(trailingOnly = TRUE)
package <- given[1]
path <- given[2]
say <- function(name, value) cat(name, "\t", paste(value, collapse = " "), "\n", sep = "")
options(encoding = "UTF-8", digits = 15)

if (package == "base") {
  x <- read.csv(path, encoding = "UTF-8", na.strings = "")
  codebook <- read.csv(given[3], encoding = "UTF-8")
  say("label", codebook$label[codebook$name == "undp_hdi"])
} else if (package == "readxl") {
  x <- readxl::read_excel(path)
  say("sheets", readxl::excel_sheets(path))
} else {
  x <- if (grepl("dta$", path)) haven::read_dta(path) else haven::read_sav(path)
  say("label", attr(x$undp_hdi, "label"))
  coups <- haven::read_dta(given[3])
  codes <- attr(coups$outcome, "labels")
  say("outcomes", paste(names(codes), codes, sep = "="))
  say("day", format(coups$date[1]))
  say("nodays", sum(is.na(coups$cam_date)))
}
say("rows", nrow(x))
say("hdi", sum(x$undp_hdi, na.rm = TRUE))
say("missing", sum(is.na(x$undp_hdi)))
say("attempts", sum(x$attempt))
say("first", c(as.character(x$period[1]), x$year[1], x$month[1]))
say("leader", x$leader[nrow(x)])
