package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
 * A demo or a replay that was stopped before its end; the same command goes on with it.
 *
 * @param command {@code demo} or {@code replay}
 * @param options its options but the project's folder, as on the command line; files are absolute
 */
public record UnfinishedWork(String command, List<String> options) {
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
        return new UnfinishedWork(DEMO, options);
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
        return new UnfinishedWork(REPLAY, options);
    }

    private static void add(List<String> options, String name, @Nullable Object value) {
        if (value != null) {
            options.addAll(List.of(name, value.toString()));
        }
    }

    /** Says that this work has begun. */
    void begin(Catalog catalog) {
        String arguments = MAPPER.valueToTree(options).toString();
        catalog.update(tx -> tx.putStep(KEY + command, command, arguments));
    }

    /** Says that this work is done. */
    void end(Catalog catalog) {
        catalog.update(tx -> tx.putStep(KEY + command, command, JsonNodeFactory.instance.nullNode().toString()));
    }

    /** The work of that command which has begun and is not done. */
    static Optional<UnfinishedWork> of(CatalogTransaction tx, String command) {
        return tx.step(KEY + command).map(UnfinishedWork::parse).filter(JsonNode::isArray).map(arguments -> {
            List<String> options = new ArrayList<>();
            arguments.forEach(argument -> options.add(argument.asText()));
            return new UnfinishedWork(command, options);
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
