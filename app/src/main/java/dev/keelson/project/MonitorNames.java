package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Suggestion;
import dev.keelson.monitor.StreamDefinition;
import dev.keelson.project.Value.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Checks that what a monitor names is there, for each of its models: what is not would never be watched. */
record MonitorNames(Problems problems, Map<String, ModelInputs> inputs) {

    /** Columns of {@code segments}, of models whose columns are known. */
    void segments(List<Scalar> segments, List<String> models) {
        for (Scalar segment : segments) {
            models.stream()
                    .filter(model -> {
                        ModelInputs of = inputs.get(model);
                        return of != null && !of.parting().isEmpty() && !of.parting().contains(segment.text());
                    })
                    .findFirst()
                    .ifPresent(model -> problems.add(
                            ErrorCode.UNKNOWN_REFERENCE,
                            segment.textLocation(),
                            "`segments` names `%s`, which is nothing that is handed in of `%s`".formatted(segment.text(), model),
                            meant(segment.text(), List.copyOf(Objects.requireNonNull(inputs.get(model)).parting()))));
        }
    }

    /**
     * What {@code streams} names.
     *
     * @param watched names of the monitor's own watched values
     */
    void streams(List<Scalar> streams, List<String> models, Set<String> watched) {
        for (Scalar stream : streams) {
            for (String model : models) {
                ModelInputs of = inputs.get(model);
                if (of != null && !suits(stream, model, of, watched)) {
                    break;
                }
            }
        }
    }

    private boolean suits(Scalar stream, String model, ModelInputs of, Set<String> watched) {
        String name = stream.text();
        List<String> losses = StreamDefinition.errors(of.number());
        if (losses.contains(name) || of.names().contains(name) || watched.contains(name)) {
            return true;
        }
        if (StreamDefinition.ERRORS.contains(name)) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    stream.textLocation(),
                    "`streams` names `%s`, and `%s` predicts %s".formatted(name, model, of.number() ? "a number" : "classes"),
                    "Maybe `%s` was meant.".formatted(losses.getFirst()));
            return false;
        }
        if (!of.complete()) {
            return true; // the data alone tell
        }
        List<String> known = new ArrayList<>(losses);
        known.addAll(of.names());
        known.addAll(watched);
        problems.add(
                ErrorCode.UNKNOWN_REFERENCE,
                stream.textLocation(),
                "`streams` names `%s`, which is no loss, input or watched value of `%s`".formatted(name, model),
                meant(name, known));
        return false;
    }

    private static String meant(String name, List<String> known) {
        return Suggestion.sentence(name, known)
                .orElse("Maybe one of these was meant: " + Shape.list(known.stream().sorted().toList(), "or") + ".");
    }
}
