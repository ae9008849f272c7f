#include <pybind11/stl.h>

#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/io/runbook_file.hpp"
#include "domain/runbook_answer.hpp"

namespace poolcast::bindings {
namespace {

template <class Struct>
auto seconds(Seconds Struct::*member) {
  return [member](const Struct& self) { return (self.*member).count(); };
}

void bind_words(py::module_& module) {
  bind_enum<MachineWork>(module, "MachineWork", "What a machine works off during a step of a runbook.");
  bind_record<Role>(module, "Role", "Those who do the steps of a runbook.");
  bind_record<Situation>(module, "Situation", "What the machines' part of a runbook's steps depends on.");
  bind_record<Effect>(module, "Effect", "What a step of a runbook brings about when it is done: exactly one verb is given.");
  bind_record<RunbookStep>(module, "RunbookStep", "One step of a runbook: by hand, by machine, or both.");
  bind_record<Runbook>(module, "Runbook", "What people do after a disaster, step by step.");
}

void bind_answer(py::module_& module) {
  py::class_<Spread>(module, "Spread", "A time over all runs.")
      .def_property_readonly("mean_s", seconds(&Spread::mean), "Mean. In seconds.")
      .def_property_readonly("p5_s", seconds(&Spread::p5), "One run in twenty takes at most this. In seconds.")
      .def_property_readonly("p50_s", seconds(&Spread::p50), "Median. In seconds.")
      .def_property_readonly("p95_s", seconds(&Spread::p95), "One run in twenty takes longer. In seconds.")
      .def_property_readonly("max_s", seconds(&Spread::max), "The longest. In seconds.");
  py::class_<StepAnswer>(module, "StepAnswer", "One step of a runbook over all runs.")
      .def_property_readonly(
          "name", [](const StepAnswer& self) { return self.name.str(); }, "The step.")
      .def_readonly("duration", &StepAnswer::duration, "How long it takes.")
      .def_readonly("waiting", &StepAnswer::waiting, "How long it was ready while nobody was free.")
      .def_property_readonly(
          "critical_share", [](const StepAnswer& self) { return self.critical.of_one; },
          "Share of the runs in which it was on the critical path.");
  py::class_<RunbookRun>(module, "RunbookRun", "One run of a runbook.")
      .def_property_readonly("outage_s", seconds(&RunbookRun::outage), "How long users were without service. In seconds.")
      .def_property_readonly("done_s", seconds(&RunbookRun::done), "When the last step was done. In seconds.")
      .def_property_readonly(
          "lost_s", [](const RunbookRun& self) { return self.loss.lost.count(); },
          "Posts of this last time are gone. In seconds.")
      .def_property_readonly(
          "to_copy_bytes", [](const RunbookRun& self) { return self.loss.to_copy.count; },
          "Log backups that had to be copied. In bytes.")
      .def_property_readonly(
          "to_apply_bytes", [](const RunbookRun& self) { return self.loss.to_apply.count; },
          "Log backups that had to be applied. In bytes.");
  py::class_<ScheduledStep>(module, "ScheduledStep", "When a step was ready, began and ended.")
      .def_property_readonly("ready_s", seconds(&ScheduledStep::ready), "When all that it waits for was done. In seconds.")
      .def_property_readonly("start_s", seconds(&ScheduledStep::start), "When somebody was free for it. In seconds.")
      .def_property_readonly("end_s", seconds(&ScheduledStep::end), "When it was done. In seconds.")
      .def_readonly("held_up_by", &ScheduledStep::held_up_by, "Number of the step with whose end it could start, or None.");
  py::class_<RunbookSchedule>(module, "RunbookSchedule", "Who does which step when, in one run.")
      .def_readonly("steps", &RunbookSchedule::steps, "In the order of the runbook.")
      .def_readonly("critical", &RunbookSchedule::critical, "Numbers of the steps of the critical path, first to last.")
      .def_property_readonly("out_of_service_s", seconds(&RunbookSchedule::out_of_service), "From when. In seconds.")
      .def_property_readonly("back_in_service_s", seconds(&RunbookSchedule::back_in_service), "Until when. In seconds.")
      .def_property_readonly("done_s", seconds(&RunbookSchedule::done), "When the last step was done. In seconds.");
  py::class_<RunbookAnswer>(module, "RunbookAnswer", "How long users are out of service, over all runs.")
      .def_readonly("outage", &RunbookAnswer::outage, "How long users are without service.")
      .def_readonly("done", &RunbookAnswer::done, "When everything is as it should be.")
      .def_readonly("lost", &RunbookAnswer::lost, "Posts of this last time before the loss are gone.")
      .def_readonly("steps", &RunbookAnswer::steps, "In the order of the runbook.")
      .def_readonly("runs", &RunbookAnswer::runs, "In their order.")
      .def_readonly("median_run", &RunbookAnswer::median_run, "The run whose outage is the median.")
      .def_readonly("median_schedule", &RunbookAnswer::median_schedule, "Its schedule.");
}

}  // namespace

void bind_runbook(py::module_& module) {
  bind_words(module);
  bind_answer(module);
  module.def(
      "load_runbook",
      [](const std::string& path_or_name, const std::vector<std::string>& library, std::vector<std::string> overrides) {
        const io::LoadOptions options{.library = {library.begin(), library.end()}, .overrides = std::move(overrides)};
        return PyValue<Runbook>::to(io::load_runbook(path_or_name, options).runbook);
      },
      py::arg("path_or_name"), py::kw_only(), py::arg("library"), py::arg("overrides"),
      "load_runbook(path_or_name: str, *, library: list[str], overrides: list[str]) -> Runbook\n\n"
      "A runbook from a file (.yaml) or by name. Raises ConfigError.");
  module.def(
      "read_runbook",
      [](const std::string& text, const std::string& file_name, const std::vector<std::string>& overrides) {
        return PyValue<Runbook>::to(io::read_runbook(text, file_name, overrides).runbook);
      },
      py::arg("text"), py::kw_only(), py::arg("file_name"), py::arg("overrides"),
      "read_runbook(text: str, *, file_name: str, overrides: list[str]) -> Runbook\n\n"
      "A runbook from its text; `file_name` is what errors call it. Raises ConfigError.");
  module.def(
      "print_runbook", [](const Record<Runbook>& runbook) { return io::print(value_of(runbook)); }, py::arg("runbook"),
      "print_runbook(runbook: Runbook) -> str\n\nThe canonical YAML: every key, with units. Reading it gives an equal runbook.");
  module.def(
      "answer_runbook",
      [](const Record<Runbook>& runbook, std::uint64_t seed, Count samples) {
        const Runbook value = value_of(runbook);
        const py::gil_scoped_release release;
        return answer(value, {.seed = seed, .samples = samples});
      },
      py::arg("runbook"), py::kw_only(), py::arg("seed"), py::arg("samples"),
      "answer_runbook(runbook: Runbook, *, seed: int, samples: int) -> RunbookAnswer\n\n"
      "How long users are out of service, over `samples` runs; the runbook must be consistent, as a loaded one is.");
}

}  // namespace poolcast::bindings
