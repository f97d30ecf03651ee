package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.expression.Durations;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A demo or a replay that has not come to its end; once it is stopped, the same command goes on with it.
 *
 * @param command {@code demo} or {@code replay}
 * @param options its options but the project's folder, as on the command line; files are absolute
 * @param process which began it last, or null when that is not known; it runs only if it owns the project still
 */
public record UnfinishedWork(String command, List<String> options, @Nullable Long process) {
    static final String DEMO = "demo";
    static final String REPLAY = "replay";

    private static final String KEY = "unfinished/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public UnfinishedWork {
        options = List.copyOf(options);
    }

    static UnfinishedWork demo(Demo.Request request) {
        List<String> options = new ArrayList<>();
        Path data = request.data();
        if (data != null) {
            options.addAll(List.of("--data", data.toAbsolutePath().normalize().toString()));
        }
        add(options, "--from", request.from());
        options.addAll(request.serving());
        return new UnfinishedWork(DEMO, options, ProcessHandle.current().pid());
    }

    static UnfinishedWork replay(ReplayJob.Request request) {
        List<String> options = new ArrayList<>();
        add(options, "--from", request.from());
        add(options, "--to", request.to());
        if (!request.step().equals(ReplayJob.Request.defaults().step())) {
            options.addAll(List.of("--step", Durations.format(request.step())));
        }
        if (request.policies().size() < LoopPolicy.values().length) {
            request.policies().forEach(policy -> options.addAll(List.of("--policy", policy.word())));
        }
        add(options, "--model", request.model());
        return new UnfinishedWork(REPLAY, options, ProcessHandle.current().pid());
    }

    /** The same, that no process is at. */
    UnfinishedWork stopped() {
        return new UnfinishedWork(command, options, null);
    }

    private static void add(List<String> options, String name, @Nullable Object value) {
        if (value != null) {
            options.addAll(List.of(name, value.toString()));
        }
    }

    /** Says that this work has begun. */
    void begin(Catalog catalog) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        arguments.set("options", MAPPER.valueToTree(options));
        arguments.put("process", process);
        catalog.update(tx -> tx.putStep(KEY + command, command, arguments.toString()));
    }

    /** Says that this work is done. */
    void end(Catalog catalog) {
        catalog.update(tx -> tx.putStep(KEY + command, command, JsonNodeFactory.instance.nullNode().toString()));
    }

    /** The work of that command which has begun and is not done. */
    static Optional<UnfinishedWork> of(CatalogTransaction tx, String command) {
        return tx.step(KEY + command).map(UnfinishedWork::parse).filter(JsonNode::isContainerNode).map(arguments -> {
            List<String> options = new ArrayList<>();
            // a bare list is how it was written before the process was
            (arguments.isArray() ? arguments : arguments.path("options"))
                    .forEach(argument -> options.add(argument.asText()));
            JsonNode process = arguments.path("process");
            return new UnfinishedWork(command, options, process.isIntegralNumber() ? process.asLong() : null);
        });
    }

    private static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored step is not JSON.", e);
        }
    }
}
