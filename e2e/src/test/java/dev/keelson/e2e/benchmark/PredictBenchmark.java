package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.Frame;
import dev.keelson.http.PredictOptions;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingRequest;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import dev.keelson.wiring.RunPipeline;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One prediction in process: the model alone, features and model, and the whole of what serving does (the request checked,
 * features, model, journal). Then 10,000 rows at once by the model alone, on one thread. Option: {@code --calls} of each.
 */
public final class PredictBenchmark implements Task {
    private static final int BATCH = 10_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int calls = arguments.number("calls", 20_000);
        try (Football football = Football.of(arguments, 1)) {
            Frame frame = football.frame();
            Instant now = football.afterAll();
            Training training = new Training(Projects.learners(), 1);
            EnsembleModel model = training.run(new TrainingRequest(
                            football.definition(),
                            football.trainingTable(),
                            now,
                            TrainingRequest.Inputs.of("benchmark", football.service().sha256(), "benchmark", Map.of()),
                            new TrainingMode.Full()))
                    .bundle()
                    .load(training.codecs());
            double[][] rows = new double[BATCH][];
            var history = football.history();
            for (int i = 0; i < BATCH; i++) {
                rows[i] = history.row(frame.rows() - 1 - i % frame.rows());
            }
            int classes = football.definition().classes().size();
            int[] next = {0};
            Timing alone = Timing.of(calls, calls, () -> {
                double[] out = new double[classes];
                model.predict(rows[next[0]++ % BATCH], out);
                return out;
            });
            Timing batch = Timing.of(2, 10, () -> {
                double[] out = new double[classes];
                for (double[] row : rows) {
                    model.predict(row, out);
                }
                return out;
            });
            OnlineFeatures online = OnlineFeatures.open(football.engine(), new InMemoryOnlineStore());
            online.advance(frame, now);
            FrameRow asked = new FrameRow(frame, football.service().requestSchema());
            Timing both = Timing.of(calls, calls, () -> {
                double[] out = new double[classes];
                model.predict(
                        online.get(football.service(), asked.at(frame.rows() - 1 - next[0]++ % BATCH % frame.rows()), now)
                                .values(),
                        out);
                return out;
            });
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("model", football.definition().name());
            node.put("features", football.service().names().size());
            node.set("model_alone", alone.micros());
            node.set("features_and_model", both.micros());
            node.set("served_with_journal", served(football, now, calls).micros());
            node.put("batch_rows_a_second_one_thread", batch.rate(BATCH));
            return node;
        }
    }

    private static Timing served(Football football, Instant now, int calls) throws Exception {
        InstantSource clock = InstantSource.fixed(now);
        RunPipeline.run(football.project(), clock, line -> {});
        LocalDate tomorrow = now.atZone(football.project().zone()).toLocalDate().plusDays(1);
        List<Map<String, @Nullable Object>> requests = football.requests(512, tomorrow);
        int[] next = {0};
        try (LiveBackend backend = LiveBackend.open(football.project(), clock)) {
            return Timing.of(
                    calls,
                    calls,
                    () -> backend.predict(
                            football.definition().name(),
                            List.of(requests.get(next[0]++ % requests.size())),
                            PredictOptions.DEFAULT));
        }
    }
}
