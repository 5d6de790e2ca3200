"""OpenStack Swift with its S3 API, Debian's python3-swift, in one process on free ports of 127.0.0.1.

Usage: swift-server.py FOLDER KEY SECRET, where FOLDER is empty and KEY looks like account:user.
Prints "listening on http://127.0.0.1:PORT" when it answers. It is Swift's own proxy with its checks of signatures, and Swift's own servers
of accounts, containers and objects on one device; only what starts them is ours. A page of a listing is five entries, so that tests turn pages.
"""
import os
import sys

import eventlet
import eventlet.wsgi
from swift.common import utils

folder, key, secret = sys.argv[1:]
with open(os.path.join(folder, 'swift.conf'), 'w') as conf:
    conf.write('[swift-hash]\nswift_hash_path_suffix = tests\n')
utils.set_swift_dir(folder)
utils.eventlet_monkey_patch()

from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.wsgi import SwiftHttpProtocol, loadapp

reload_storage_policies()

COMMON = f"""[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
fallocate_reserve = 0
log_level = WARNING

"""
SERVER = COMMON + """[app:main]
use = egg:swift#{0}
"""
PROXY = COMMON + f"""[pipeline:main]
pipeline = catch_errors gatekeeper proxy-logging s3api tempauth copy slo proxy-logging proxy-server

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:proxy-logging]
use = egg:swift#proxy_logging

[filter:s3api]
use = egg:swift#s3api
max_bucket_listing = 5

[filter:tempauth]
use = egg:swift#tempauth
user_{key.replace(':', '_')} = {secret} .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


class NoCache:
    """In memcached's place: it never knows anything, so Swift looks itself."""

    def get(self, *args, **kwargs):
        return None

    def set(self, *args, **kwargs):
        pass

    delete = incr = set


def without_cache(app):
    def call(env, start_response):
        env['swift.cache'] = NoCache()
        return app(env, start_response)

    return call


listeners = {name: eventlet.listen(('127.0.0.1', 0)) for name in ('account', 'container', 'object', 'proxy')}
os.mkdir(os.path.join(folder, 'disk'))
for name in ('account', 'container', 'object'):
    builder = RingBuilder(part_power=2, replicas=1, min_part_hours=1)
    port = listeners[name].getsockname()[1]
    builder.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': port, 'replication_ip': '127.0.0.1',
                     'replication_port': port, 'device': 'disk', 'weight': 1.0, 'meta': ''})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))

for name, listener in listeners.items():
    path = os.path.join(folder, name + '.conf')
    with open(path, 'w') as conf:
        conf.write(PROXY if name == 'proxy' else SERVER.format(name))
    eventlet.spawn(eventlet.wsgi.server, listener, without_cache(loadapp(path)), None, protocol=SwiftHttpProtocol, log_output=False,
                   capitalize_response_headers=False)

print('listening on http://127.0.0.1:%d' % listeners['proxy'].getsockname()[1], flush=True)
eventlet.event.Event().wait()
