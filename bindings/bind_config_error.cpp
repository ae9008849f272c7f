#include <exception>

#include "bindings/module.hpp"
#include "domain/io/config_error.hpp"

namespace poolcast::bindings {
namespace {

PyObject* config_error = nullptr;  // the Python class, for the life of the process

std::string repr(const io::Problem& problem) { return "<Problem " + io::to_string(problem) + ">"; }

// pybind11 asks for this signature. NOLINTNEXTLINE(performance-unnecessary-value-param)
void translate(std::exception_ptr pointer) {
  if (!pointer) return;
  try {
    std::rethrow_exception(pointer);
  } catch (const io::ConfigError& error) {
    py::list problems;
    for (const io::Problem& problem : error.problems()) problems.append(py::cast(problem));
    py::object raised = py::handle(config_error)(error.what());
    raised.attr("problems") = problems;
    PyErr_SetObject(config_error, raised.ptr());
  }
}

io::Problem from_state(const py::tuple& state) {
  return {state[0].cast<std::string>(), state[1].cast<int>(), state[2].cast<int>(), state[3].cast<std::string>(),
          state[4].cast<std::string>()};
}

}  // namespace

void bind_config_error(py::module_& module) {
  py::class_<io::Problem>(module, "Problem", "One thing that is wrong with a file.")
      .def_readonly("file", &io::Problem::file, "File as it was named.")
      .def_readonly("line", &io::Problem::line, "Line from 1; 0 when the file as a whole.")
      .def_readonly("column", &io::Problem::column, "Column from 1.")
      .def_readonly("key", &io::Problem::key, "Path of the key: chat_pools[0].active.")
      .def_readonly("message", &io::Problem::message, "What was found and what was expected.")
      .def("__str__", &io::to_string)
      .def("__repr__", &repr)
      .def(
          "__eq__",
          [](const io::Problem& self, py::handle other) {
            return py::isinstance<io::Problem>(other) && self == other.cast<io::Problem>();
          },
          py::is_operator())
      .def("__hash__", [](const io::Problem& self) { return py::hash(py::str(io::to_string(self))); })
      .def(py::pickle(
          [](const io::Problem& problem) {
            return py::make_tuple(problem.file, problem.line, problem.column, problem.key, problem.message);
          },
          &from_state));
  config_error = PyErr_NewExceptionWithDoc(
      "poolcast._core.ConfigError",
      "Bad input. The text has one line per problem, with file, line and column; `problems` has them as objects.",
      PyExc_ValueError, nullptr);
  if (config_error == nullptr) throw py::error_already_set();
  module.attr("ConfigError") = py::handle(config_error);
  module.attr("ConfigError").attr("problems") = py::tuple();
  py::register_exception_translator(&translate);
}

}  // namespace poolcast::bindings
