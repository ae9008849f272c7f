// poolcast-generate schema|reference: prints scenarios/schema.json or scenarios/README.md. The target `generated` writes both.
#include <cstdio>
#include <string>
#include <string_view>

#include "domain/io/scenario_file.hpp"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what != "schema" && what != "reference") {
    std::fputs("usage: poolcast-generate schema|reference\n", stderr);
    return 2;
  }
  const std::string text = what == "schema" ? poolcast::io::json_schema() : poolcast::io::reference_page();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
