package dev.keelson.http.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Open Inference Protocol as a client of gRPC over the network speaks it. */
final class InferenceGrpcIT {

    /** gRPC's own client, of the libraries that were copied for another one. */
    private static final class GrpcClient implements AutoCloseable {
        private final URLClassLoader loader;
        private final Class<?> channelType;
        private final Object channel;

        GrpcClient(int port) throws Exception {
            Path jars = Path.of(System.getProperty("keelson.feast.client", "target/feast-client"));
            assumeThat(jars).as("the build has copied a client of gRPC").isDirectory();
            List<URL> urls = new ArrayList<>();
            try (Stream<Path> files = Files.list(jars)) {
                for (Path file : files.toList()) {
                    urls.add(file.toUri().toURL());
                }
            }
            loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            channelType = loader.loadClass("io.grpc.Channel");
            Class<?> builder = loader.loadClass("io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder");
            Object made = builder.getMethod("forAddress", String.class, int.class).invoke(null, "127.0.0.1", port);
            builder.getMethod("usePlaintext").invoke(made);
            channel = builder.getMethod("build").invoke(made);
        }

        byte[] call(String method, byte[] message) throws Exception {
            Class<?> descriptor = loader.loadClass("io.grpc.MethodDescriptor");
            Class<?> marshallerType = loader.loadClass("io.grpc.MethodDescriptor$Marshaller");
            Object marshaller = Proxy.newProxyInstance(loader, new Class<?>[] {marshallerType}, (proxy, called, given) ->
                    called.getName().equals("stream")
                            ? new ByteArrayInputStream((byte[]) given[0])
                            : ((InputStream) given[0]).readAllBytes());
            Object builder = descriptor.getMethod("newBuilder").invoke(null);
            Class<?> builderType = builder.getClass();
            Class<?> kinds = loader.loadClass("io.grpc.MethodDescriptor$MethodType");
            builderType.getMethod("setType", kinds).invoke(builder, kinds.getField("UNARY").get(null));
            builderType.getMethod("setFullMethodName", String.class)
                    .invoke(builder, "inference.GRPCInferenceService/" + method);
            builderType.getMethod("setRequestMarshaller", marshallerType).invoke(builder, marshaller);
            builderType.getMethod("setResponseMarshaller", marshallerType).invoke(builder, marshaller);
            Class<?> optionsType = loader.loadClass("io.grpc.CallOptions");
            Object options = optionsType.getMethod("withDeadlineAfter", long.class, TimeUnit.class)
                    .invoke(optionsType.getField("DEFAULT").get(null), 30L, TimeUnit.SECONDS);
            try {
                return (byte[]) loader.loadClass("io.grpc.stub.ClientCalls")
                        .getMethod("blockingUnaryCall", channelType, descriptor, optionsType, Object.class)
                        .invoke(null, channel, builderType.getMethod("build").invoke(builder), options, message);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }

        @Override
        public void close() throws ReflectiveOperationException, IOException {
            Class<?> managed = loader.loadClass("io.grpc.ManagedChannel");
            managed.getMethod("shutdownNow").invoke(channel);
            managed.getMethod("awaitTermination", long.class, TimeUnit.class).invoke(channel, 10L, TimeUnit.SECONDS);
            loader.close();
        }
    }

    private static byte[] name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] message = new byte[text.length + 2];
        message[0] = 10;
        message[1] = (byte) text.length;
        System.arraycopy(text, 0, message, 2, text.length);
        return message;
    }

    @Test
    void aClientOfGrpcIsAnsweredOnThePortOfTheServer() throws Exception {
        try (KeelsonServer server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
                GrpcClient client = new GrpcClient(server.port())) {
            assertThat(client.call("ServerLive", new byte[0])).containsExactly(8, 1);
            assertThat(client.call("ModelReady", name("football-1x2"))).containsExactly(8, 1);
            assertThat(new String(client.call("ModelMetadata", name("football-1x2")), StandardCharsets.UTF_8))
                    .contains("HomeTeam", "probabilities", "FP64");
            assertThatThrownBy(() -> client.call("ModelReady", name("none"))).hasMessageContaining("NOT_FOUND");
            assertThatThrownBy(() -> client.call("ModelInfer", name("football-1x2")))
                    .hasMessageContaining("INVALID_ARGUMENT")
                    .hasMessageContaining("no inputs");
        }
    }

    @Test
    void whoAsksTooMuchIsToldSo() throws Exception {
        ServeDefinition few = new ServeDefinition(
                null, Map.of(), List.of(), List.of(), Limits.DEFAULT.with(5, Limits.DEFAULT.receive()));
        try (KeelsonServer server =
                        KeelsonServer.start(SeededBackend.seeded().serving(few), KeelsonServer.DEFAULT_HOST, 0);
                GrpcClient client = new GrpcClient(server.port())) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                try {
                    client.call("ModelReady", name("football-1x2"));
                    answers.add("OK");
                } catch (RuntimeException e) {
                    answers.add(String.valueOf(e.getMessage()));
                }
            }

            // one in some hundred refusals ends its connection with Helidon 4.5.0; the client opens another
            assertThat(answers).allMatch(answer ->
                    answer.equals("OK")
                            || answer.startsWith("RESOURCE_EXHAUSTED")
                            || answer.equals("INTERNAL: http2 exception")
                            || answer.startsWith("INTERNAL: HTTP/2 error code: PROTOCOL_ERROR"));
            assertThat(answers).filteredOn(answer -> answer.startsWith("INTERNAL")).hasSizeLessThan(5);
            assertThat(answers).contains("OK").anyMatch(answer -> answer.startsWith("RESOURCE_EXHAUSTED"));
        }
    }
}
