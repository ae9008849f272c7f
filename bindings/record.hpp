// How a domain struct becomes a Python class: one visitor over its describe() and no line per key.
//
// A Python object holds its values as Python objects and is turned into the C++ struct when a function is called. So lists are
// ordinary lists, `topology.chat_pools.append(...)` does what it says, and no Python object ever points into a C++ vector that
// an append may move.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/values.hpp"

namespace poolcast::bindings {

template <class Struct>
class Record {
public:
  explicit Record(const Struct& value) {
    describe(value, [&](std::string_view, const auto& member, std::string_view, Constraint = {}) {
      fields.push_back(PyValue<std::remove_cvref_t<decltype(member)>>::to(member));
    });
  }

  // The struct; `path` names this object in errors.
  Struct value(const std::string& path) const {
    Struct result{};
    std::size_t field = 0;
    describe(result, [&](std::string_view key, auto& member, std::string_view, Constraint constraint = {}) {
      using Member = std::remove_cvref_t<decltype(member)>;
      member =
          PyValue<Member>::from(fields[field++], {path.empty() ? std::string(key) : path + "." + std::string(key)}, constraint);
    });
    return result;
  }

  std::vector<py::object> fields;  // in the order of describe()
};

// Name and annotation of a class, for error messages and stubs; set by bind_record.
template <class Struct>
inline std::string class_name;

template <Described Struct>
struct PyValue<Struct> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return class_name<Struct>; }
  static py::object to(const Struct& value) { return py::cast(Record<Struct>(value)); }
  static Struct from(py::handle object, const Where& where, Constraint) { return held(object, where).value(where.path); }
  static py::object keep(py::handle object, const Where& where, Constraint) {
    (void)held(object, where);
    return py::reinterpret_borrow<py::object>(object);
  }

private:
  static const Record<Struct>& held(py::handle object, const Where& where) {
    if (!py::isinstance<Record<Struct>>(object)) where.wrong_type(object, class_name<Struct>);
    return object.cast<const Record<Struct>&>();
  }
};

// One key as Python sees it.
struct Field {
  std::string name;  // with the unit: horizon_s
  std::string annotation;
  std::string meaning;
  bool required = false;
};

// " In seconds." for `_s`; empty for no unit.
std::string unit_sentence(std::string_view suffix);

template <class Struct>
std::vector<Field> fields_of() {
  std::vector<Field> fields;
  const Struct probe{};
  describe(probe, [&](std::string_view key, const auto& member, std::string_view meaning, Constraint constraint = {}) {
    using Value = PyValue<std::remove_cvref_t<decltype(member)>>;
    fields.push_back({std::string(key) + std::string(Value::suffix), Value::annotation(),
                      std::string(meaning) + unit_sentence(Value::suffix), constraint.required});
  });
  return fields;
}

// What is stored when `object` is assigned to field number `wanted`.
template <class Struct>
py::object kept(std::size_t wanted, const std::string& name, py::handle object) {
  py::object result;
  std::size_t field = 0;
  const Struct probe{};
  describe(probe, [&](std::string_view, const auto& member, std::string_view, Constraint constraint = {}) {
    if (field++ == wanted) result = PyValue<std::remove_cvref_t<decltype(member)>>::keep(object, {name}, constraint);
  });
  return result;
}

py::dict to_dict(const std::vector<Field>& fields, const std::vector<py::object>& values);
std::string repr(py::handle self, const std::vector<Field>& fields, const std::vector<py::object>& values,
                 const std::vector<py::object>& defaults);
bool equal(const std::vector<py::object>& left, const std::vector<py::object>& right);
// The field numbers and values of keyword arguments; an unknown or a missing name raises TypeError.
std::vector<std::pair<std::size_t, py::object>> arguments(const std::string& class_name, const std::vector<Field>& fields,
                                                          const py::kwargs& given);
py::tuple fields_for_python(const std::vector<Field>& fields);

template <class Struct>
py::class_<Record<Struct>> bind_record(py::module_& module, const char* name, const char* meaning) {
  using Bound = Record<Struct>;
  class_name<Struct> = name;
  const std::vector<Field> fields = fields_of<Struct>();
  py::class_<Bound> type(module, name, meaning);
  type.def(py::init([fields, name = std::string(name)](const py::kwargs& given) {
    Bound record{Struct{}};
    for (const auto& [field, object] : arguments(name, fields, given))
      record.fields[field] = kept<Struct>(field, fields[field].name, object);
    return record;
  }));
  for (std::size_t field = 0; field < fields.size(); ++field) {
    type.def_property(
        fields[field].name.c_str(), [field](const Bound& self) { return self.fields[field]; },
        [field, key = fields[field].name](Bound& self, py::handle object) {
          self.fields[field] = kept<Struct>(field, key, object);
        },
        fields[field].meaning.c_str());
  }
  type.attr("_fields_") = fields_for_python(fields);
  type.def(
      "to_dict", [fields](const Bound& self) { return to_dict(fields, self.fields); },
      "to_dict(self) -> dict[str, Any]\n\nThe attributes by name; what the object is rebuilt from.");
  type.def("__eq__", [](const Bound& self, py::handle other) -> py::object {
    if (!py::isinstance<Bound>(other)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    return py::bool_(equal(self.fields, other.cast<const Bound&>().fields));
  });
  type.attr("__hash__") = py::none();
  type.def("__repr__", [fields](py::handle self) {
    return repr(self, fields, self.cast<const Bound&>().fields, Record<Struct>{Struct{}}.fields);
  });
  type.def("__reduce__", [fields](py::handle self) {
    return py::make_tuple(py::module_::import("poolcast._core").attr("_rebuild"),
                          py::make_tuple(py::type::of(self), to_dict(fields, self.cast<const Bound&>().fields)));
  });
  return type;
}

// The C++ value of a bound object; called while the GIL is held, before a long call releases it.
template <class Struct>
Struct value_of(const Record<Struct>& record) {
  return record.value("");
}

}  // namespace poolcast::bindings
