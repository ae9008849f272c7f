#include <pybind11/stl.h>

#include <filesystem>

#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/io/scenario_file.hpp"

namespace poolcast::bindings {
namespace {

io::LoadOptions options_of(const std::vector<std::string>& library, std::vector<std::string> overrides) {
  return {.library = {library.begin(), library.end()}, .overrides = std::move(overrides)};
}

py::tuple loaded(const io::LoadedScenario& result) {
  py::dict positions;
  for (const auto& [key, place] : result.positions)
    positions[py::str(key)] = py::make_tuple(place.file, place.line, place.column);
  return py::make_tuple(PyValue<Scenario>::to(result.scenario), positions);
}

// Calls without the GIL and gives it back before the result is handed over.
template <class Call>
auto without_gil(const Call& call) {
  const py::gil_scoped_release release;
  return call();
}

py::list library_entries(const std::vector<std::string>& folders) {
  const auto entries = without_gil([&] { return io::list_library({folders.begin(), folders.end()}); });
  py::list result;
  for (const io::LibraryEntry& entry : entries)
    result.append(py::make_tuple(entry.name, entry.kind, entry.title, entry.path.string()));
  return result;
}

void bind_reading(py::module_& module) {
  module.def(
      "load_scenario",
      [](const std::string& path_or_name, const std::vector<std::string>& library, const std::vector<std::string>& overrides) {
        const io::LoadOptions options = options_of(library, overrides);
        return loaded(without_gil([&] { return io::load_scenario(path_or_name, options); }));
      },
      py::arg("path_or_name"), py::kw_only(), py::arg("library"), py::arg("overrides"),
      "load_scenario(path_or_name: str, *, library: list[str], overrides: list[str]) -> "
      "tuple[Scenario, dict[str, tuple[str, int, int]]]\n\n"
      "A scenario from a file (.yaml) or by name, and where each key stands (file, line, column). Raises ConfigError.");
  module.def(
      "read_scenario",
      [](const std::string& text, const std::string& file_name, const std::vector<std::string>& library,
         const std::vector<std::string>& overrides) {
        const io::LoadOptions options = options_of(library, overrides);
        return loaded(without_gil([&] { return io::read_scenario(text, file_name, options); }));
      },
      py::arg("text"), py::kw_only(), py::arg("file_name"), py::arg("library"), py::arg("overrides"),
      "read_scenario(text: str, *, file_name: str, library: list[str], overrides: list[str]) -> "
      "tuple[Scenario, dict[str, tuple[str, int, int]]]\n\n"
      "A scenario from its text; `file_name` is what errors call it. Raises ConfigError.");
}

}  // namespace

void bind_scenario_file(py::module_& module) {
  bind_reading(module);
  module.def(
      "print_scenario",
      [](const Record<Scenario>& scenario) {
        const Scenario value = value_of(scenario);
        return without_gil([&] { return io::print(value); });
      },
      py::arg("scenario"),
      "print_scenario(scenario: Scenario) -> str\n\nThe canonical YAML: every key, with units. Reading it gives an equal "
      "scenario.");
  module.def(
      "digest",
      [](const Record<Scenario>& scenario) {
        const Scenario value = value_of(scenario);
        return without_gil([&] { return io::digest(value); });
      },
      py::arg("scenario"), "digest(scenario: Scenario) -> str\n\nSHA-256 of the canonical YAML, hexadecimal.");
  module.def("json_schema", &io::json_schema, py::call_guard<py::gil_scoped_release>(),
             "json_schema() -> str\n\nThe JSON Schema of scenario files, for editors.");
  module.def("reference_page", &io::reference_page, py::call_guard<py::gil_scoped_release>(),
             "reference_page() -> str\n\nEvery key, its type and unit, its default and its meaning, in Markdown.");
  module.def("list_library", &library_entries, py::arg("folders"),
             "list_library(folders: list[str]) -> list[tuple[str, str, str, str]]\n\n"
             "What the library holds: name, kind, title and path.");
}

}  // namespace poolcast::bindings
