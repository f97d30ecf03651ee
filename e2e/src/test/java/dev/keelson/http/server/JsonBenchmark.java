package dev.keelson.http.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.PredictOptions;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * What our own reader of predict requests gains over Jackson's streaming one, which reads every other form: time of the
 * processor and bytes allocated for a body of 45 numbers, in turns on one thread. Options: {@code --calls} of a turn,
 * {@code --repeats}.
 */
public final class JsonBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int NUMBERS = 45;
    private static final int BODIES = 256;

    @SuppressWarnings("unused") // what was read goes there, so that the compiler cannot leave it out
    private static volatile Object sink = "";

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int calls = arguments.number("calls", 200_000);
        int repeats = arguments.number("repeats", 9);
        List<byte[]> bodies = bodies();
        List<String> names = new ArrayList<>();
        MAPPER.readTree(bodies.getFirst()).fieldNames().forEachRemaining(names::add);
        PlainRows rows = PlainRows.of(names);
        if (rows == null || rows.read(bodies.getFirst()) == null) {
            throw new IllegalStateException("The bodies are not in the usual form.");
        }
        int[] next = {0};
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("body_bytes", bodies.getFirst().length);
        compare(
                node.putObject("read"),
                calls,
                repeats,
                () -> rows.read(bodies.get(next[0]++ % BODIES)),
                () -> PredictRequest.read(new ByteArrayInputStream(bodies.get(next[0]++ % BODIES)), PredictOptions.DEFAULT));
        return node;
    }

    private static List<byte[]> bodies() {
        Random random = new Random(1);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < BODIES; i++) {
            StringBuilder body = new StringBuilder("{\"id\":\"r").append(i).append('"');
            for (int n = 1; n <= NUMBERS; n++) {
                body.append(String.format(Locale.ROOT, ",\"x%02d\":%.4f", n, 4 * random.nextDouble() - 2));
            }
            bodies.add(body.append('}').toString().getBytes(StandardCharsets.UTF_8));
        }
        return bodies;
    }

    private static void compare(ObjectNode node, int calls, int repeats, Callable<?> own, Callable<?> jackson)
            throws Exception {
        double[][] times = new double[2][repeats];
        double[] bytes = new double[2];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int repeat = -2; repeat < repeats; repeat++) { // two turns to warm up
            for (int turn = 0; turn < 2; turn++) {
                Callable<?> call = turn == 0 ? own : jackson;
                long allocated = threads.getCurrentThreadAllocatedBytes();
                long start = threads.getCurrentThreadCpuTime();
                for (int i = 0; i < calls; i++) {
                    sink = call.call();
                }
                if (repeat >= 0) {
                    times[turn][repeat] = (threads.getCurrentThreadCpuTime() - start) / 1e3 / calls;
                    bytes[turn] = (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) calls;
                }
            }
        }
        double[] ratios = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            ratios[i] = times[1][i] / times[0][i];
        }
        for (int turn = 0; turn < 2; turn++) {
            node.putObject(turn == 0 ? "own" : "jackson")
                    .put("processor_us", rounded(median(times[turn])))
                    .put("bytes_allocated", Math.round(bytes[turn]));
        }
        node.put("jackson_over_own", rounded(median(ratios)));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double rounded(double value) {
        return Math.round(value * 1e3) / 1e3;
    }
}
