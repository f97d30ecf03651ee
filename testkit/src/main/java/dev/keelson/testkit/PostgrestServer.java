package dev.keelson.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A server of the shape of PostgREST as Supabase runs it, over tables in memory: {@code order}, {@code limit},
 * {@code offset} and {@code column=gte.value} of a GET, {@code Content-Range} with a count when asked for, 401 without
 * the key, 404 for an unknown table, and a POST that inserts or, with {@code on_conflict}, replaces. It can be told to
 * fail. Safe for use by several threads.
 */
public final class PostgrestServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final String key;
    private final int mostRows;
    private final Map<String, List<ObjectNode>> tables = new TreeMap<>();
    private final Map<String, Map<String, String>> types = new TreeMap<>();
    private final Deque<Integer> failures = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private @Nullable Runnable afterPage;

    /**
     * Starts on a free port of this machine.
     *
     * @param key the only key that is accepted
     * @param mostRows how many rows an answer has at most
     */
    public PostgrestServer(String key, int mostRows) {
        this.key = key;
        this.mostRows = mostRows;
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/rest/v1/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    /** Its address, without {@code /rest/v1}. */
    public String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Puts rows into a table, which there is from then on. */
    public synchronized void insert(String table, ObjectNode... rows) {
        tables.computeIfAbsent(table, name -> new ArrayList<>()).addAll(Arrays.asList(rows));
    }

    /** Makes a table whose columns are known: others are refused, and texts that are no number in an {@code integer}. */
    public synchronized void define(String table, Map<String, String> typeByColumn) {
        tables.computeIfAbsent(table, name -> new ArrayList<>());
        types.put(table, new LinkedHashMap<>(typeByColumn));
    }

    /** The rows of a table. */
    public synchronized List<ObjectNode> rows(String table) {
        return List.copyOf(tables.getOrDefault(table, List.of()));
    }

    /** Removes a row. */
    public synchronized void remove(String table, int row) {
        Objects.requireNonNull(tables.get(table), table).remove(row);
    }

    /** Answers the next requests with these statuses, one each. */
    public synchronized void fail(int... statuses) {
        Arrays.stream(statuses).forEach(failures::add);
    }

    /** Runs something once, after the next page was answered. */
    public synchronized void afterPage(Runnable action) {
        afterPage = action;
    }

    /** The method and address of each request so far. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        Integer failure = failures.poll();
        String strange = strangeSelection(exchange);
        String given = exchange.getRequestHeaders().getFirst("apikey");
        String table = exchange.getRequestURI().getPath().substring("/rest/v1/".length());
        if (failure != null) {
            if (failure == 429) {
                exchange.getResponseHeaders().set("Retry-After", "7");
            }
            message(exchange, failure, "told to fail");
        } else if (!key.equals(given)) {
            message(exchange, 401, "Invalid API key " + given);
        } else if (!tables.containsKey(table)) {
            message(exchange, 404, "Could not find the table '%s' in the schema cache".formatted(table));
        } else if (exchange.getRequestMethod().equals("POST")) {
            upsert(exchange, table);
        } else if (strange != null) {
            message(exchange, 400, "42703", "column %s.%s does not exist".formatted(table, strange));
        } else {
            page(exchange, tables.get(table));
        }
    }

    private static void message(HttpExchange exchange, int status, String message) throws IOException {
        message(exchange, status, "", message);
    }

    private static void message(HttpExchange exchange, int status, String code, String message) throws IOException {
        send(exchange, status, JsonNodeFactory.instance.objectNode().put("code", code).put("message", message));
    }

    /** A column that is selected and not there, or null. */
    private @Nullable String strangeSelection(HttpExchange exchange) {
        Map<String, String> known =
                types.get(exchange.getRequestURI().getPath().substring("/rest/v1/".length()));
        String select = parameters(exchange).getOrDefault("select", "*");
        return known == null || select.equals("*")
                ? null
                : Arrays.stream(select.split(",", -1))
                        .map(name -> name.replace("\"", ""))
                        .filter(name -> !known.containsKey(name))
                        .findFirst()
                        .orElse(null);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> parameters(HttpExchange exchange) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        for (String each : query == null ? new String[0] : query.split("&", -1)) {
            int equals = each.indexOf('=');
            parameters.put(
                    URLDecoder.decode(each.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private void page(HttpExchange exchange, List<ObjectNode> table) throws IOException {
        Map<String, String> parameters = parameters(exchange);
        List<ObjectNode> rows = new ArrayList<>(table);
        parameters.forEach((name, value) -> {
            if (value.startsWith("gte.")) {
                rows.removeIf(row -> row.path(name).asText().compareTo(value.substring(4)) < 0);
            }
        });
        String order = parameters.get("order");
        if (order != null) {
            for (String column : List.of(order.split(",", -1)).reversed()) {
                String name = column.replaceAll("\\.asc$", "");
                rows.sort(Comparator.comparing(row -> row.path(name).asText())); // stable, so the first column decides
            }
        }
        int from = Integer.parseInt(parameters.getOrDefault("offset", "0"));
        int limit = Math.min(mostRows, Integer.parseInt(parameters.getOrDefault("limit", "1000000")));
        boolean counted = "count=exact".equals(exchange.getRequestHeaders().getFirst("Prefer"));
        if (counted && from > rows.size()) {
            message(exchange, 416, "Requested range not satisfiable");
            return;
        }
        int to = Math.min(rows.size(), from + limit);
        ArrayNode page = JsonNodeFactory.instance.arrayNode();
        rows.subList(Math.min(from, to), to).forEach(page::add);
        exchange.getResponseHeaders()
                .set("Content-Range", (page.isEmpty() ? "*" : from + "-" + (to - 1)) + "/" + (counted ? rows.size() : "*"));
        send(exchange, counted && page.size() < rows.size() ? 206 : 200, page);
        Runnable action = afterPage;
        afterPage = null;
        if (action != null) {
            action.run();
        }
    }

    /** All rows or none. */
    private void upsert(HttpExchange exchange, String name) throws IOException {
        List<ObjectNode> table = Objects.requireNonNull(tables.get(name), name);
        Map<String, String> known = types.get(name);
        JsonNode rows = JSON.readTree(exchange.getRequestBody());
        for (JsonNode row : rows) {
            for (Map.Entry<String, JsonNode> cell : row.properties()) {
                if (known != null && !known.containsKey(cell.getKey())) {
                    message(
                            exchange,
                            400,
                            "PGRST204",
                            "Could not find the '%s' column of '%s' in the schema cache".formatted(cell.getKey(), name));
                    return;
                }
                boolean whole = known != null && "integer".equals(known.get(cell.getKey()));
                if (whole && cell.getValue().isTextual()) {
                    message(
                            exchange,
                            400,
                            "22P02",
                            "invalid input syntax for type integer: \"%s\"".formatted(cell.getValue().asText()));
                    return;
                }
            }
        }
        String conflict = parameters(exchange).get("on_conflict");
        List<String> columns = conflict == null ? List.of() : List.of(conflict.split(",", -1));
        for (JsonNode row : rows) {
            table.removeIf(other -> !columns.isEmpty()
                    && columns.stream().allMatch(column -> other.path(column).equals(row.path(column))));
            table.add((ObjectNode) row);
        }
        exchange.sendResponseHeaders(201, -1);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
