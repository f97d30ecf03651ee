package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One set, {@code weekly}, with a report; another benchmark of it runs for ever. Nothing yet without versions. */
final class SeededBenchmarks implements Benchmarks {
    private final List<Benchmark> all = new ArrayList<>();

    SeededBenchmarks(boolean done) {
        if (done) {
            all.add(new Benchmark("benchmark-weekly-0", "weekly", State.DONE, Instant.EPOCH, 2, 2, report(), null));
        }
    }

    private static ObjectNode report() {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.putObject("summary")
                .put("models", 3)
                .put("ok", 2)
                .put("failed", 1)
                .put("targets", 2)
                .put("targets_met", 1)
                .put("regressions", 1)
                .put("verdict", "missed");
        ArrayNode models = report.putArray("benchmarks");
        for (String name : List.of("football-1x2", "football-1x2-odds")) {
            boolean odds = name.endsWith("odds");
            ObjectNode model = models.addObject().put("model", name).put("status", "ok").put("version", 7);
            model.putObject("rows")
                    .put("asked", 1_300)
                    .put("judged", 1_240)
                    .put("seen", 60)
                    .put("from", "2019-08-09T14:00:00Z")
                    .put("to", "2020-07-05T14:00:00Z");
            double loss = odds ? 0.9683 : 0.985;
            model.putObject("metrics")
                    .put("log_loss", loss)
                    .put("log_loss_lower", loss - 0.011)
                    .put("log_loss_upper", loss + 0.011)
                    .put("accuracy", 0.5182)
                    .put("n", 1_240);
            model.putObject("latency").put("p50_ms", 0.21).put("p95_ms", 0.34).put("p99_ms", 0.81).put("batch_row_ms", 0.004).put("calls", 2_000);
            model.putArray("outputs").add("H").add("D").add("A");
            ArrayNode confusion = model.putArray("confusion");
            confusion.addArray().add(420).add(11).add(120);
            confusion.addArray().add(190).add(14).add(116);
            confusion.addArray().add(150).add(9).add(210);
            model.put("decision", "most probable class");
            model.putArray("targets").addObject().put("target", "log_loss <= 0.978").put("value", loss).put("met", odds);
        }
        models.addObject()
                .put("model", "football-goals")
                .put("status", "failed")
                .put("failure", "The model (football-goals) has no champion yet.")
                .put("hint", "Maybe run `keelson run`.");
        report.putArray("regressions")
                .addObject()
                .put("model", "football-1x2")
                .put("metric", "latency_p99")
                .put("before", 0.4)
                .put("now", 0.81)
                .put("worse_by", 1.025)
                .put("same_rows", false);
        report.putObject("performance_summary")
                .putObject("best")
                .putObject("log_loss")
                .put("model", "football-1x2-odds")
                .put("value", 0.9683);
        return report;
    }

    @Override
    public Benchmark start(@Nullable String set) {
        if (set != null && !set.equals("weekly")) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no benchmark (%s).".formatted(set), null);
        }
        Benchmark begun = new Benchmark(
                "benchmark-weekly-" + all.size(), "weekly", State.RUNNING, Instant.EPOCH, 0, 2, null, null);
        all.addFirst(begun);
        return begun;
    }

    @Override
    public Optional<Benchmark> find(String id) {
        return all.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    @Override
    public List<Benchmark> list() {
        return List.copyOf(all);
    }
}
