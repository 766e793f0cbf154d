import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A stranger's client with nothing but the JDK. Usage: java JavaClient.java WS_URL NAME */
public final class JavaClient {
  public static void main(String[] arguments) throws Exception {
    String url = arguments[0];
    String name = arguments[1];
    CountDownLatch welcomed = new CountDownLatch(1);
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          private final StringBuilder text = new StringBuilder();

          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
              if (text.indexOf("\"type\":\"chat\"") >= 0) System.out.println("received: " + text);
              if (text.indexOf("\"welcome " + name + "\"") >= 0) welcomed.countDown();
              text.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, part, isLast);
          }
        };
    URI address = URI.create(url + "?userId=" + name + "&username=" + name + "&room=interop-" + name);
    WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, listener).join();
    socket.sendText("{\"type\":\"chat\",\"content\":\"hello from " + name + "\"}", true).join();
    boolean isWelcome = welcomed.await(20, TimeUnit.SECONDS);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").orTimeout(2, TimeUnit.SECONDS).exceptionally(error -> socket).join();
    System.exit(isWelcome ? 0 : 1);
  }
}
