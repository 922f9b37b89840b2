# A bare repository behind `git http-backend`, nginx and fcgiwrap, with pre-receive: what a push over
# smart HTTP is told.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ready repository
git clone --quiet --bare repository served.git
git -C served.git config http.receivepack true
roadworthy hook install served.git

backend=$(git --exec-path)/git-http-backend
[ -x "$backend" ] || fail "git has no http-backend: $backend"
mkdir logs
for port in $(seq 18080 18120); do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
cat >nginx.conf <<END
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/logs/error.log;
events { worker_connections 64; }
http {
    access_log off;
    client_max_body_size 0;
    client_body_temp_path $work/logs/body;
    proxy_temp_path $work/logs/proxy;
    fastcgi_temp_path $work/logs/fastcgi;
    uwsgi_temp_path $work/logs/uwsgi;
    scgi_temp_path $work/logs/scgi;
    server {
        listen 127.0.0.1:$port;
        location / {
            fastcgi_pass unix:$work/fcgi.sock;
            fastcgi_param SCRIPT_FILENAME $backend;
            fastcgi_param GIT_PROJECT_ROOT $work;
            fastcgi_param GIT_HTTP_EXPORT_ALL "";
            fastcgi_param PATH_INFO \$uri;
            fastcgi_param QUERY_STRING \$query_string;
            fastcgi_param REQUEST_METHOD \$request_method;
            fastcgi_param CONTENT_TYPE \$content_type;
            fastcgi_param CONTENT_LENGTH \$content_length;
            fastcgi_param HTTP_CONTENT_ENCODING \$http_content_encoding;
            fastcgi_param REMOTE_USER ada;
        }
    }
}
END
# A server's PATH is short: the hook must find the program all the same.
env -i PATH=/usr/bin:/bin "$(command -v fcgiwrap)" -s "unix:$work/fcgi.sock" &
started+=($!)
nginx -c "$work/nginx.conf" -p "$work" -e "$work/logs/error.log" &
started+=($!)
url=http://127.0.0.1:$port/served.git
for _ in $(seq 100); do
    git ls-remote --quiet "$url" >/dev/null 2>&1 && break
    sleep 0.1
done
git ls-remote --quiet "$url" >/dev/null || { cat logs/error.log >&2; fail "http: the server does not answer"; }
git -C repository remote add origin "$url"
before=$(git -C served.git rev-parse production)

disown_model repository
git -C repository commit --quiet -m "Nobody owns it"
blocks "http: a push that blocks is refused" "remote: block[owner-missing]" git -C repository push origin production
says "http: the push is declined" "pre-receive hook declined"
long=$(grep '^remote: ' "$work/said" | sed 's/[[:space:]]*$//' | grep -E '^.{81,}' | head -1 || true)
same "http: lines of the server are short" "$long" ""
same "http: nothing has moved" "$(git -C served.git rev-parse production)" "$before"
if git -C served.git cat-file -e "$(git -C repository rev-parse HEAD)" 2>/dev/null; then
    fail "http: the objects of the refused push were kept"
fi
git -C repository reset --quiet --hard HEAD~1
git -C repository commit --quiet --allow-empty -m "The owner is back"
passes "http: the repaired push is accepted" git -C repository push origin production
same "http: the branch has moved" "$(git -C served.git rev-parse production)" "$(git -C repository rev-parse HEAD)"
