package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bare server that parses the body into a tree and sends the same bytes each time: the floor of what an answer costs. */
final class EchoServer {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private EchoServer() {}

    /** In a process of its own: port, path, file of the answer. */
    public static void main(String[] words) throws IOException {
        WebServer _ = start(Integer.parseInt(words[0]), words[1], Files.readAllBytes(Path.of(words[2])));
    }

    /** Starts one, at any free port with 0. */
    static WebServer start(int port, String path, byte[] answer) {
        return WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(port)
                .shutdownHook(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.get("/health", (request, response) -> response.send("up"))
                        .post(path, (request, response) -> {
                            try (InputStream body = request.content().inputStream()) {
                                if (MAPPER.readTree(body).isEmpty()) {
                                    throw new IllegalArgumentException("The body is empty.");
                                }
                            } catch (JsonProcessingException e) {
                                throw new IllegalArgumentException("The body is not JSON.", e);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                            response.header(HeaderNames.CONTENT_TYPE, "application/json");
                            response.send(answer);
                        }))
                .build()
                .start();
    }
}
