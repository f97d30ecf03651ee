package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.policy.ReferencePolicies;
import dev.keelson.http.PolicyRequest;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.project.Project;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Forms that begin work over a period of history. */
final class HistoryForms {
    private HistoryForms() {}

    static Action compare(Project project, String address) {
        String known = project.changes().stream()
                .map(change -> "%s %s".formatted(change.at(), change.what()).strip())
                .collect(Collectors.joining(", "));
        return prices(period(new ActionDraft("Compare policies", address), "Time between two decisions"))
                .several("policies", "Policies (none ticked: all; never retraining is always among them)", options(policies(project)))
                .text(
                        "changes",
                        known.isEmpty()
                                ? "Days on which the world changed, separated by commas"
                                : "More days on which the world changed, separated by commas (of the project file: %s)".formatted(known),
                        "",
                        false)
                .effect("Models are trained all through the period, with what was known then; nothing that serves changes.")
                .done();
    }

    static Action advise(String address) {
        return prices(period(new ActionDraft("Advise a schedule", address), "Time between two decisions"))
                .effect("Says how often to retrain, on how much history, and what it is worth a year.")
                .done();
    }

    static Action replay(Project project, String address) {
        ActionDraft draft = period(new ActionDraft("Replay", address), "Length of a step")
                .several(
                        "policies",
                        "Policies (none ticked: all; this policy is always among them)",
                        options(Arrays.stream(LoopPolicy.values()).map(LoopPolicy::word).toList()));
        return (project.models().size() > 1 ? draft.tick("all_models", "All models of the project") : draft)
                .effect("Runs the loop over history as if live, on a state of its own; nothing that serves changes."
                        + " One that was stopped goes on where it was.")
                .done();
    }

    /** All but the one that is always there, and the rule that follows a monitor's own methods where none has any. */
    private static List<String> policies(Project project) {
        String methods = ReferencePolicies.name(DriftMonitorDefinition.Policy.METHODS);
        boolean own = project.drift().stream().anyMatch(monitor -> monitor.policy() == DriftMonitorDefinition.Policy.METHODS);
        return PolicyRequest.names().stream()
                .filter(name -> !name.equals("never") && (own || !name.equals(methods)))
                .toList();
    }

    private static ActionDraft period(ActionDraft draft, String step) {
        return draft.day("from", "First day (empty: the last third)", "")
                .day("to", "Day after the last one (empty: behind the last row)", "")
                .text("step", step + ", such as 7d or 12h", "7d", true);
    }

    private static ActionDraft prices(ActionDraft draft) {
        return draft.text("every", "A model is trained every so many steps", "1", true)
                .text("retrain_cost", "Price of a retraining (empty: the model's costs, else 0)", "", false)
                .text("loss_value", "Value of a unit of loss (empty: the model's costs, else 1)", "", false);
    }

    private static List<Option> options(List<String> names) {
        return names.stream().map(name -> new Option(name, name.replace('_', ' '))).toList();
    }
}
