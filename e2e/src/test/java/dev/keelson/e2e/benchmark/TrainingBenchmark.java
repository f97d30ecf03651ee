package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.wiring.Projects;
import java.util.Map;

/** A full training (walk-forward folds, blend, calibration, test, fit) and a refresh (one fit), on all rows. */
public final class TrainingBenchmark implements Task {
    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int repeats = arguments.number("repeats", 3);
        try (Football football = Football.of(arguments, 1)) {
            TrainingTable table = football.trainingTable();
            Training training = new Training(Projects.learners(), 1);
            TrainingRequest full = request(football, table, new TrainingMode.Full());
            TrainingOutcome outcome = training.run(full);
            TrainingRequest refresh = request(football, table, new TrainingMode.Refresh(outcome.parameters()));
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("model", football.definition().name());
            node.put("rows", table.rows());
            node.put("features", table.features().width());
            node.put("threads", 1);
            node.set("full", Timing.of(0, repeats, () -> training.run(full)).millis());
            node.set("refresh", Timing.of(1, repeats, () -> training.run(refresh)).millis());
            node.put("model_bytes", outcome.bundle().size());
            return node;
        }
    }

    private static TrainingRequest request(Football football, TrainingTable table, TrainingMode mode) {
        return new TrainingRequest(
                football.definition(),
                table,
                football.afterAll(),
                TrainingRequest.Inputs.of("benchmark", football.service().sha256(), "benchmark", Map.of()),
                mode);
    }
}
