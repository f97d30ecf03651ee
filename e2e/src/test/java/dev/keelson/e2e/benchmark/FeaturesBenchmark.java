package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.Frame;
import java.time.Instant;

/** The features of every match of history at its own time; the same folds brought up to date online; and one read of them. */
public final class FeaturesBenchmark implements Task {
    private static final int READS = 20_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int scale = arguments.number("scale", 1);
        int repeats = arguments.number("repeats", scale == 1 ? 7 : 3);
        try (Football football = Football.of(arguments, scale)) {
            Frame frame = football.frame();
            Instant now = football.afterAll();
            int features = football.service().names().size();
            Timing history = Timing.of(1, repeats, football::history);
            Timing advance = Timing.of(1, repeats, () -> OnlineFeatures.open(football.engine(), new InMemoryOnlineStore())
                    .advance(frame, now));
            OnlineFeatures online = OnlineFeatures.open(football.engine(), new InMemoryOnlineStore());
            online.advance(frame, now);
            FrameRow row = new FrameRow(frame, football.service().requestSchema());
            int[] next = {0};
            Timing read = Timing.of(READS, READS, () -> {
                next[0] = (next[0] + 7919) % frame.rows();
                return online.get(football.service(), row.at(next[0]), now);
            });
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("matches", frame.rows());
            node.put("features", features);
            node.put("matches_a_second", history.rate(frame.rows()));
            node.put("values_a_second", history.rate((double) frame.rows() * features));
            node.set("history", history.millis());
            node.put("online_rows_a_second", advance.rate(frame.rows()));
            node.set("online_update", advance.millis());
            node.set("online_read", read.micros());
            return node;
        }
    }
}
